import type { Values } from '../command-spec.ts'
import type { CliContext } from '../context.ts'
import { exitCodes } from '../exit-codes.ts'
import { type JobView, phaseLabel, progressStep, progressText } from '../live/job-progress.ts'
import { JobTracker, isJobEvent, isOver, jobEventTypes } from '../live/job-tracker.ts'
import { LiveBlock } from '../live/live-block.ts'
import { spinner } from '../live/spinner.ts'
import { jobTones, statusLabel } from '../render/jobs.ts'
import { type Session, openSession, requireDataFolder, untilLeft } from '../session.ts'
import { shortId } from '../short-id.ts'
import { type SubjectNames, subjectNames, subjectOf } from '../subject-names.ts'
import { wholeId } from '../whole-id.ts'
import { printable } from '../text/escape.ts'
import { fixedWidth } from '../text/shorten.ts'
import { textWidth } from '../text/width.ts'

const DRAW_MS = 100
/** A job that has ended stays on the screen this long, so that one sees how. */
const LINGER_MS = 5_000
const NAME_WIDTH = 18
const PHASE_WIDTH = 19
const WIDE = 100

/** Live bars of the jobs there are, until Ctrl-C; with `--job-id` until that job has ended. In a pipe, JSON lines. */
export async function jobMonitor(values: Values, context: CliContext): Promise<number> {
  requireDataFolder(context)
  using session = await openSession(context)
  const only = typeof values.jobId === 'string' ? await wholeId(values.jobId, 'jobs.list', session) : null
  const tracker = new JobTracker(Date.now)
  const { globals, interrupt, io } = context
  const live = io.out.animated && !globals.json && !globals.jsonl
  const over = Promise.withResolvers<void>()
  using subscription = await session.subscribe(jobEventTypes, (event) => {
    tracker.heard(event)
    const id = event.type === 'job.warned' ? event.data.jobId : isJobEvent(event) ? event.data.id : null
    const view = id === null || (only !== null && id !== only) ? null : tracker.view(id)
    if (view && !live) io.printJsonLine(progressStep(view))
    if (view && isOver(view.job) && view.job.id === only) over.resolve()
  })
  for (const job of await session.query('jobs.list', {})) {
    if (!isOver(job) || job.id === only) tracker.seen(job)
  }
  const known = only === null ? null : tracker.view(only)
  if (known && isOver(known.job)) over.resolve()
  const names = live ? await subjectNames(session) : new Map<string, string>()
  const until = Promise.race([over.promise, untilLeft(session, interrupt.signal)])
  // Drawing waits for other things first.
  until.catch(() => {})
  if (live) await draw({ session, tracker, only, names, until })
  else await until
  return exitCodes.ok
}

interface Drawing {
  readonly session: Session
  readonly tracker: JobTracker
  readonly only: string | null
  readonly names: SubjectNames
  readonly until: Promise<void>
}

async function draw({ names, only, session, tracker, until }: Drawing): Promise<void> {
  const { out } = session.context.io
  using block = new LiveBlock(out)
  const endings = new Map<string, number>()
  let frame = 0
  const once = () => {
    const now = Date.now()
    for (const { job } of tracker.views) {
      if (!isOver(job)) endings.delete(job.id)
      else if (!endings.has(job.id)) endings.set(job.id, now)
      if (job.id !== only && now - (endings.get(job.id) ?? now) > LINGER_MS) tracker.forget(job.id)
    }
    const views = tracker.views.filter(({ job }) => only === null || job.id === only)
    const lines = views.map((view) => barLine(view, frame, { names, session }))
    const title = out.style(
      'dim',
      `${views.filter(({ job }) => job.status === 'running').length} running · Ctrl-C leaves`,
    )
    block.draw([title, ...(lines.length > 0 ? lines : ['No jobs; they appear here when they start.'])])
    frame++
  }
  const timer = setInterval(once, DRAW_MS)
  try {
    once()
    await until
    once()
  } finally {
    clearInterval(timer)
  }
}

function barLine(view: JobView, frame: number, { names, session }: Pick<Drawing, 'names' | 'session'>): string {
  const { job } = view
  const { style, width } = session.context.io.out
  const mark = job.status === 'running' ? spinner(frame) : '•'
  // On a wide screen there is room for the whole id, which `job cancel` takes.
  const name =
    fixedWidth(subjectOf(job, names) ?? printable(job.name), NAME_WIDTH) + (width >= WIDE ? ` ${shortId(job.id)}` : '')
  const room = width - textWidth(name) - PHASE_WIDTH - 5
  const state =
    job.status === 'running'
      ? `${fixedWidth(phaseLabel(job.progress.phase), PHASE_WIDTH)} ${progressText(view, room, style)}`
      : style(jobTones[job.status], statusLabel(job))
  return `${style(jobTones[job.status], mark)} ${name} ${state}`
}
