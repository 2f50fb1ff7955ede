import { stat } from 'node:fs/promises'
import { isSkipped } from '../../domain/index.ts'
import type { JobItems, ProgressUpdate } from '../../jobs/index.ts'
import { CoreError, type ErrorCode } from '../../util/errors.ts'
import type { Generator } from '../generators/index.ts'
import type { HeldKind, Holds } from './holds.ts'
import { type MadeContent, makeContent, type MakeContentDeps, recordContents } from './make-content.ts'
import { partPath } from '../files/paths.ts'
import type { Quota } from './quota.ts'
import type { Outcomes, PendingContent } from '../rows/work-rows.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import { heard } from '../../util/heard.ts'

export interface MakePendingDeps extends MakeContentDeps {
  readonly holds: Holds
  readonly quota: Quota
}

export interface MakePendingHost {
  readonly signal: AbortSignal
  progress(update: ProgressUpdate): void
  readonly items: JobItems
  warn(warning: { code: ErrorCode; message: string; path?: string | undefined }): void
}

/** The result of a run. */
export interface PendingReport {
  readonly made: number
  readonly failed: number
  /** Sidecars that cannot be made, although nothing is wrong. */
  readonly skipped: number
  readonly waiting: number
  /** Kinds that are on hold because of the machine, with the reasons. */
  readonly held: HeldKind[]
}

/** Number of rows read at once. */
const ROWS_PER_READ = 256
/**
 * Number of contents whose rows are written in one transaction. It takes a few milliseconds. After a kill, at most
 * this many contents are made again.
 */
const CONTENTS_PER_COMMIT = 16
/** Limit on the time from making a sidecar to showing it, while a run continues. */
const COMMIT_MS = 500

/** The progress of one kind. */
interface Tally {
  readonly phase: Generator['kind']
  done: number
  readonly total: number
}

/** A content that was in work when the process crashed, and the number of crashes. */
interface Suspect {
  readonly content: PendingContent
  readonly stops: number
}

/** One run over all pending sidecars. */
export class PendingRun {
  readonly #deps: MakePendingDeps
  readonly #host: MakePendingHost
  /** In order of priority, the highest first. */
  readonly #generators: readonly Generator[]
  readonly #counts = { made: 0, failed: 0, skipped: 0 }
  readonly #held = new Map<Generator['kind'], HeldKind>()
  /** Kinds whose engine does not answer. */
  readonly #away = new Set<Generator['kind']>()
  /** Row ids of contents without a file that can be read now; they are left for a later run. */
  readonly #passedOver = new Set<number>()
  /** For each kind, the newest pending row when this run last began with the kind. */
  readonly #seen = new Map<Generator['kind'], number>()
  /** For each kind: the running work on more wanted kinds, which became pending while this kind was being made. */
  readonly #ahead = new Map<Generator['kind'], Promise<void>>()

  constructor(deps: MakePendingDeps, host: MakePendingHost) {
    this.#deps = deps
    this.#host = host
    this.#generators = deps.generators().toSorted((a, b) => b.priority - a.priority)
  }

  /** Makes all pending sidecars, the most wanted kind first, including those that are queued during the run. */
  async run(): Promise<PendingReport> {
    const { quota, rows } = this.#deps
    await quota.keep()
    for (let before = -1; before < this.#done;) {
      before = this.#done
      for (const generator of this.#generators) await this.#makeKind(generator)
    }
    await quota.keep()
    return { ...this.#counts, waiting: rows.work.countPending(), held: [...this.#held.values()] }
  }

  get #done(): number {
    const { failed, made, skipped } = this.#counts
    return made + failed + skipped
  }

  async #makeKind(generator: Generator): Promise<void> {
    const { claims, pools, rows } = this.#deps
    const { signal, progress } = this.#host
    const { kind } = generator
    this.#seen.set(kind, rows.work.newest([kind])[0]!)
    const contents = new Upcoming((after) => rows.work.pending(kind, after, ROWS_PER_READ))
    const first = await contents.next()
    if (!first || (await this.#isHeld(generator))) return
    const tally: Tally = { phase: kind, done: 0, total: rows.work.countPending(kind) }
    progress({ ...tally })
    // If one worker fails, the others stop too. They still record their finished work.
    const stop = new AbortController()
    const made: Outcomes[] = []
    // Contents that were in work when the process crashed.
    const last: Suspect[] = []
    let committedAt = performance.now()
    const commit = async () => {
      committedAt = performance.now()
      if (made.length > 0) await this.#record(generator, made.splice(0))
    }
    const work = async (begin: PendingContent | null) => {
      try {
        for (let content = begin ?? (await contents.next()); content; content = await contents.next()) {
          signal.throwIfAborted()
          if (stop.signal.aborted || (await this.#isHeld(generator))) return
          const outcomes = await this.#make(generator, content, { tally, last })
          if (outcomes) made.push(outcomes)
          const isAwaited = claims.isAwaited(kind, content.contentRowId)
          const isDue = made.length >= CONTENTS_PER_COMMIT || performance.now() - committedAt > COMMIT_MS
          if (isDue || isAwaited) await commit()
          if (this.#isMoreWanted(generator)) {
            await commit()
            await this.#makeAhead(generator)
          }
        }
        // Commit now, because the other workers may be busy for a long time.
        await commit()
      } catch (err) {
        stop.abort()
        throw err
      }
    }
    // One more worker than processes: one request is always waiting, so no process waits for this thread.
    const workers = [heard(work(first))]
    const parallel = pools.parallel(generator.pool(first))
    for (let i = 0; i < parallel; i++) workers.push(heard(work(null)))
    const settled = await Promise.allSettled(workers)
    await commit()
    const failure = settled.find((each) => each.status === 'rejected')
    if (failure && !this.#isAway(generator, failure.reason)) throw failure.reason
    if (!failure)
      await this.#makeAlone(
        generator,
        last.toSorted((a, b) => a.stops - b.stops),
        tally,
      )
  }

  /** Works on suspects one at a time: if the process crashes again, the cause is known. */
  async #makeAlone(generator: Generator, suspects: readonly Suspect[], tally: Tally): Promise<void> {
    const { signal } = this.#host
    for (const { content } of suspects) {
      signal.throwIfAborted()
      if (await this.#isHeld(generator)) return
      try {
        const outcomes = await this.#make(generator, content, { tally, last: null })
        if (outcomes) await this.#record(generator, [outcomes])
      } catch (err) {
        if (!this.#isAway(generator, err)) throw err
        return
      }
    }
  }

  /** Whether a more wanted kind has new pending rows, or is being made. */
  #isMoreWanted({ kind }: Generator): boolean {
    return this.#ahead.has(kind) || this.#newAbove(kind).length > 0
  }

  /** More wanted kinds with pending rows that are newer than when the run last began with the kind. */
  #newAbove(kind: Generator['kind']): Generator[] {
    const above = this.#generators.slice(
      0,
      this.#generators.findIndex((each) => each.kind === kind),
    )
    const newest = this.#deps.rows.work.newest(above.map((each) => each.kind))
    return above.filter((each, i) => newest[i]! > (this.#seen.get(each.kind) ?? 0))
  }

  /**
   * Makes more wanted kinds first. One worker does this and the others wait for it. A worker with a long film joins
   * later, so the film blocks only its own process.
   */
  #makeAhead({ kind }: Generator): Promise<void> {
    const make = async () => {
      for (const generator of this.#newAbove(kind)) await this.#makeKind(generator)
    }
    const making = this.#ahead.get(kind) ?? make().finally(() => this.#ahead.delete(kind))
    this.#ahead.set(kind, making)
    return making
  }

  /** Whether a kind must not be made now. If so, adds the reason to the report. */
  async #isHeld(generator: Generator): Promise<boolean> {
    const { holds, quota } = this.#deps
    const { kind } = generator
    if (this.#away.has(kind)) return true
    const hold = (await holds.of(generator)) ?? (await quota.roomFor(generator))
    if (hold) this.#held.set(kind, { kind, ...hold })
    else this.#held.delete(kind)
    return hold !== null
  }

  /**
   * Whether the error means that the engine of a kind does not answer. Then this kind waits, and the others are made.
   */
  #isAway({ kind }: Generator, err: unknown): boolean {
    if (!(err instanceof CoreError) || err.code !== 'Offline') return false
    this.#away.add(kind)
    this.#held.set(kind, { kind, code: err.code, cause: 'engine', reason: err.message, passes: true })
    return true
  }

  async #record(generator: Generator, made: readonly Outcomes[]): Promise<void> {
    const { claims, quota } = this.#deps
    try {
      await recordContents(generator, made, this.#deps)
      quota.add(made)
    } finally {
      for (const { contentRowId } of made) claims.release(generator.kind, contentRowId)
    }
  }

  /**
   * Makes the sidecars of one content, and counts them. The claim is kept until the outcomes are recorded. Null if
   * there are no outcomes, because another run works on the content or it cannot be read now. If `last` is given, a
   * suspect is appended to that list instead of being made; if it is null, the suspect is made.
   */
  async #make(
    generator: Generator,
    content: PendingContent,
    { last, tally }: { readonly tally: Tally; readonly last: Suspect[] | null },
  ): Promise<Outcomes | null> {
    const { contentRowId, rows } = content
    const { claims } = this.#deps
    const { items, signal } = this.#host
    if (this.#passedOver.has(contentRowId)) return null
    if (!claims.take(generator.kind, contentRowId)) {
      await untilAborted(claims.free(generator.kind, contentRowId), signal)
      return null
    }
    let made = null
    try {
      if (!(await this.#deps.rows.work.areWaiting(rows))) return null
      const item = await this.#itemOf(generator, content)
      const verdict = items.verdict(item)
      if (verdict.when === 'last' && last) {
        last.push({ content, stops: verdict.stops })
        return null
      }
      if (verdict.when === 'never') {
        made = setAside(generator, content, verdict.reason)
        // The item is no longer needed, because the rows will record the failure.
        await items.forget(item)
      } else {
        await using _begun = await items.begin([item])
        made = await makeContent(generator, content, this.#deps, { signal, urgent: false })
      }
      if (!made) this.#passedOver.add(contentRowId)
    } finally {
      if (!made) claims.release(generator.kind, contentRowId)
    }
    if (made) this.#count(generator, made, tally)
    return made && made.outcomes
  }

  /**
   * The item name of a content. Each part of long work is a separate item, so that crashes in different parts are not
   * added up.
   */
  async #itemOf({ kind }: Generator, { contentId }: PendingContent): Promise<string> {
    const name = `${kind} ${contentId}`
    if (!this.#host.items.areNoted) return name
    const part = await stat(partPath(this.#deps.root, { contentId, kind })).catch(() => null)
    return part ? `${name} from ${part.size}` : name
  }

  #count(generator: Generator, { outcomes: { outcomes }, path }: MadeContent, tally: Tally): void {
    const { progress, warn } = this.#host
    for (const outcome of outcomes) {
      if (outcome.state === 'ready') this.#counts.made++
      else this.#counts[isSkipped(outcome) ? 'skipped' : 'failed']++
      tally.done++
    }
    const failure = outcomes.find((outcome) => outcome.state === 'failed')
    if (failure && !isSkipped(failure))
      warn({ code: failure.code as ErrorCode, message: `no ${generator.kind}: ${failure.message}`, path })
    progress({ ...tally })
  }
}

/** The outcome for a content with too many crashes: a failure that a user can retry. */
function setAside({ recipe }: Generator, { contentId, contentRowId, rows }: PendingContent, why: string): MadeContent {
  const message = `${why}; \`spacedrive sidecar retry\` tries again`
  const outcomes = rows.map(({ id }) => ({ id, state: 'failed' as const, code: 'Internal' as const, message }))
  return {
    outcomes: { contentId, contentRowId, recipe, attempts: 1, tookMs: 0, findings: {}, outcomes },
    path: undefined,
  }
}

/** Reads pending contents in advance, and returns each one once. */
class Upcoming {
  readonly #read: (after: number) => Promise<{ contents: PendingContent[]; last: number }>
  readonly #given = new Set<number>()
  #batch: PendingContent[] = []
  #after = 0
  #reading: Promise<void> | null = null
  #isOver = false

  constructor(read: (after: number) => Promise<{ contents: PendingContent[]; last: number }>) {
    this.#read = read
  }

  async next(): Promise<PendingContent | null> {
    while (this.#batch.length === 0 && !this.#isOver) {
      this.#reading ??= this.#refill().finally(() => {
        this.#reading = null
      })
      await this.#reading
    }
    return this.#batch.shift() ?? null
  }

  async #refill(): Promise<void> {
    const { contents, last } = await this.#read(this.#after)
    this.#isOver = last === this.#after
    this.#after = last
    this.#batch = contents.filter(({ contentRowId }) => !this.#given.has(contentRowId))
    for (const { contentRowId } of this.#batch) this.#given.add(contentRowId)
  }
}
