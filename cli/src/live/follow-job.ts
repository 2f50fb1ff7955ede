import type { JobDetails } from '@spacedrive/core/domain'
import { InterruptedError } from '../interrupted-error.ts'
import type { Session } from '../session.ts'
import { untilEnded } from './until-ended.ts'
import { shortId } from '../short-id.ts'
import { type JobView, jobBlock, progressStep } from './job-progress.ts'
import { JobTracker, isOver, jobEventTypes } from './job-tracker.ts'
import { LiveBlock } from './live-block.ts'

/** The block is drawn this often: smooth to the eye, and nothing for the terminal. */
const DRAW_MS = 100
/** In a pipe a line a second is enough to see that it lives. */
const STEP_MS = 1_000

export interface FollowOptions {
  readonly jobId: string
  /** Above the block: `Indexing Pictures`. */
  readonly title: string
  /** Printed after Ctrl-C. By default: the job continues, and the command that stops it. */
  readonly whenLeft?: string | undefined
  /** Follows no longer than this when the job waits for something and gets no further; by default for ever. */
  readonly maxWaitMs?: number | undefined
}

/**
 * Shows how a job goes, on stderr, until it has ended, or has waited for too long. Throws InterruptedError at Ctrl-C; the
 * job goes on.
 */
export async function followJob(session: Session, options: FollowOptions): Promise<JobDetails> {
  const tracker = new JobTracker(Date.now)
  const ended = Promise.withResolvers<void>()
  using patience = new Patience(tracker, options, () => ended.resolve())
  using progress = showProgress(session, tracker, options)
  using subscription = await session.subscribe(jobEventTypes, (event) => {
    tracker.heard(event)
    progress.changed()
    patience.changed()
    const view = tracker.view(options.jobId)
    if (view && isOver(view.job)) ended.resolve()
  })
  const ask = async () => {
    const job = await session.query('jobs.info', { job: options.jobId })
    tracker.seen(job)
    patience.changed()
    if (isOver(job)) ended.resolve()
  }
  await untilEnded(session, { ended, ask, left: () => left(options) })
  progress.finish()
  return session.query('jobs.info', { job: options.jobId })
}

function left({ jobId, whenLeft }: FollowOptions): InterruptedError {
  const what =
    whenLeft ??
    `the job goes on: \`spacedrive job monitor\` shows it, \`spacedrive job cancel ${shortId(jobId)}\` stops it`
  return new InterruptedError(`interrupted; ${what}`)
}

/** Tells when a job has waited for too long. One that is tried again waits on, unless it gets further. */
class Patience implements Disposable {
  readonly #tracker: JobTracker
  readonly #options: FollowOptions
  readonly #expired: () => void
  #timer: NodeJS.Timeout | undefined
  #done = 0

  constructor(tracker: JobTracker, options: FollowOptions, expired: () => void) {
    this.#tracker = tracker
    this.#options = options
    this.#expired = expired
  }

  changed(): void {
    const { maxWaitMs } = this.#options
    const job = this.#job
    if (job === undefined || maxWaitMs === undefined) return
    if (job.progress.done !== this.#done) this[Symbol.dispose]()
    this.#done = job.progress.done
    if (job.waiting !== undefined) this.#timer ??= setTimeout(() => this.#expire(), maxWaitMs)
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  get #job() {
    return this.#tracker.view(this.#options.jobId)?.job
  }

  #expire(): void {
    this.#timer = undefined
    // The job may have stopped waiting: then it is working on a slow step.
    if (this.#job?.waiting !== undefined) this.#expired()
  }
}

interface Progress extends Disposable {
  /** Call it when an event about the job has arrived. */
  changed(): void
  /** Call it when the job has ended. Shows the last state. */
  finish(): void
}

function showProgress(session: Session, tracker: JobTracker, { jobId, title }: FollowOptions): Progress {
  const { globals, io } = session.context
  if (globals.quiet) return { changed: () => {}, finish: () => {}, [Symbol.dispose]: () => {} }
  return io.err.animated && !globals.json && !globals.jsonl
    ? liveProgress(session, tracker, { jobId, title })
    : steps(session, tracker, jobId)
}

function liveProgress(session: Session, tracker: JobTracker, { jobId, title }: FollowOptions): Progress {
  const { err } = session.context.io
  const block = new LiveBlock(err)
  let frame = 0
  const draw = () => {
    const view = tracker.view(jobId)
    if (view) block.draw(jobBlock(view, { title, width: err.width - 1, style: err.style, frame: frame++ }))
  }
  const timer = setInterval(draw, DRAW_MS)
  return {
    changed: () => {},
    finish: () => block.clear(),
    [Symbol.dispose]: () => {
      clearInterval(timer)
      block[Symbol.dispose]()
    },
  }
}

/** One JSON line a step: a new phase, a second gone by, the end. */
function steps(session: Session, tracker: JobTracker, jobId: string): Progress {
  let last: { readonly phase: string; readonly waiting: string | undefined; readonly at: number } | null = null
  const write = (view: JobView) => {
    last = { phase: view.job.progress.phase, waiting: view.job.waiting, at: Date.now() }
    session.context.io.err.write(`${JSON.stringify(progressStep(view))}\n`)
  }
  return {
    changed: () => {
      const view = tracker.view(jobId)
      if (!view || isOver(view.job)) return
      if (
        last?.phase !== view.job.progress.phase ||
        last.waiting !== view.job.waiting ||
        Date.now() - last.at >= STEP_MS
      )
        write(view)
    },
    finish: () => {
      const view = tracker.view(jobId)
      if (view) write(view)
    },
    [Symbol.dispose]: () => {},
  }
}
