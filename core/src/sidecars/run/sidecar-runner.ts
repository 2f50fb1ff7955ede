import { availableParallelism } from 'node:os'
import type { ContentId, SidecarKind, SidecarSpeed } from '../../domain/index.ts'
import type { JobManager } from '../../jobs/index.ts'
import type { LibraryStore } from '../../store/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Foreground } from '../../util/foreground.ts'
import type { Logger } from '../../util/logger.ts'
import type { Machine } from '../../util/machine.ts'
import { Claims } from './claims.ts'
import { sweepDrafts } from '../files/drafts.ts'
import type { Elsewhere } from '../exchange/peer-sidecars.ts'
import { EngineCensus } from '../generators/available-engines.ts'
import { fetchPending } from '../exchange/fetch-pending.ts'
import { generateSidecars } from './generate-sidecars.ts'
import type { Generator } from '../generators/index.ts'
import { type HeldKind, Holds } from './holds.ts'
import { type MakeContentDeps, recordContents } from './make-content.ts'
import { MakeDemanded } from './make-demanded.ts'
import { type MakePendingHost, type PendingReport, PendingRun } from './make-pending.ts'
import { Quota } from './quota.ts'
import { contentRow } from '../rows/row.ts'
import type { SidecarSort } from '../rows/upkeep-rows.ts'
import type { PendingContent } from '../rows/work-rows.ts'
import { heard } from '../../util/heard.ts'

/** The share of the machine's resources that sidecars may use. */
export interface SidecarLimits {
  readonly speed: SidecarSpeed
  /** Bytes that all sidecars of a library may use; 0 for no limit. */
  readonly quotaBytes: number
  /** Bytes of the disk to leave free for other programs; 0 for none. */
  readonly keepFreeBytes: number
}

export interface SidecarRunnerDeps extends Omit<MakeContentDeps, 'claims' | 'engines' | 'generators' | 'elsewhere'> {
  readonly elsewhere: () => Elsewhere | null
  readonly store: LibraryStore
  readonly foreground: Foreground
  /** All generators, with the current settings. */
  readonly generators: () => readonly Generator[]
  readonly limits: () => SidecarLimits
  readonly machine: Machine
  /** The variants that a location's policy wants. */
  readonly wanted: () => readonly SidecarSort[]
  readonly jobs: () => JobManager
  readonly log: Logger
}

/**
 * Contents fetched in one batch, normally and while a user waits for an answer. The small batch is some 10 ms of work.
 */
const FETCHED_AT_ONCE = 250
const FETCHED_AT_ONCE_BUSY = 16
/** Contents recorded in one transaction, which takes a few milliseconds. */
const CONTENTS_PER_COMMIT = 16

/** Makes sidecars: in the job, as far as the machine allows, and at once on request. */
export class SidecarRunner implements AsyncDisposable {
  /** The claims of the sidecars that are being made now. */
  readonly claims = new Claims()
  readonly #deps: SidecarRunnerDeps
  readonly #engines = new EngineCensus()
  readonly #holds: Holds
  readonly #demanded: MakeDemanded
  readonly #closing = new AbortController()
  /** The latest sweep of drafts that a crash has left; null before the first sweep. */
  #sweeping: Promise<void> | null = null
  /** The kinds that the last run held back because of the machine. */
  #held: readonly HeldKind[] = []
  #lookAgain: NodeJS.Timeout | undefined
  #isRunning = false
  /** Whether another run was requested since the current one began. */
  #isAsked = false

  constructor(deps: SidecarRunnerDeps) {
    this.#deps = deps
    const { limits, machine, pools, root } = deps
    this.#holds = new Holds({
      machine,
      root,
      speed: () => limits().speed,
      keepFreeBytes: () => limits().keepFreeBytes,
      working: () => pools.working,
      cores: availableParallelism(),
    })
    const { claims } = this
    this.#demanded = new MakeDemanded({ deps: () => this.making, claims, begin: () => this.#swept() })
  }

  /** Makes all pending sidecars, also those that are queued during the run, until no more can be made now. */
  async run(host: MakePendingHost): Promise<PendingReport> {
    const { limits, wanted } = this.#deps
    // Clean up after a stopped process. Without claims, nothing writes drafts now.
    if (this.claims.size === 0) this.#sweeping = null
    await this.#swept()
    let report: PendingReport | null = null
    this.#isRunning = true
    try {
      do {
        this.#isAsked = false
        const quota = new Quota({ ...this.making, quotaBytes: limits().quotaBytes, wanted: wanted() })
        const again = await new PendingRun({ ...this.making, holds: this.#holds, quota }, host).run()
        report = report ? addReports(report, again) : again
        // More rows may have been queued while the run ended.
      } while (this.#isAsked)
    } finally {
      this.#isRunning = false
    }
    this.#held = report.held
    if (report.held.some(({ passes }) => passes)) this.#lookAgainLater()
    return report
  }

  /** Makes the pending sidecars of a content before all others, in the background. */
  async demand(contentId: ContentId, kind?: SidecarKind): Promise<void> {
    if (await this.#holds.ofAll()) return
    const contentRowId = await contentRow(this.#deps.store, contentId)
    for (const generator of this.#deps.generators()) {
      if (kind !== undefined && generator.kind !== kind) continue
      this.#demanded.make(generator, contentRowId).catch(async (err: unknown) => {
        if (this.#closing.signal.aborted) return
        const code = err instanceof CoreError ? err.code : 'Internal'
        const about = { contentId, kind: generator.kind, code, err: errorMessage(err) }
        this.#deps.log.warn(about, 'a sidecar was not made at once')
        // The error does not concern this content, so the job tries again later.
        await this.startIfPending().catch(() => {})
      })
    }
  }

  /**
   * Like `demand` for one kind, but resolves when the sidecar is made or has failed. Throws the reason if no sidecars
   * can be made now.
   */
  async makeNow(generator: Generator, contentRowId: number, { ownOnly = false } = {}): Promise<void> {
    const hold = await this.#holds.ofAll()
    if (hold) throw new CoreError(hold.code, hold.reason)
    await this.#demanded.make(generator, contentRowId, { ownOnly })
  }

  /**
   * Fetches the pending sidecars of one kind for some contents from other devices. Sidecars that do not arrive stay
   * pending. `asks`: also asks devices whose digest does not list them, for a waiting user; without it, the fetch
   * yields to foreground work. Returns the number of contents that arrived.
   */
  async fetch(
    generator: Generator,
    contentRowIds: readonly number[],
    { asks, signal }: { readonly asks: boolean; readonly signal: AbortSignal },
  ): Promise<number> {
    const deps = this.making
    const { elsewhere } = deps
    if (!elsewhere || (await this.#holds.ofAll())) return 0
    const { kind } = generator
    const claimed = contentRowIds.filter((contentRowId) => this.claims.take(kind, contentRowId))
    let came = 0
    try {
      for (let left = claimed; left.length > 0;) {
        // While a user waits for answers, batches are small, so that each delays an answer only briefly.
        const some = left.slice(0, this.#deps.foreground.isBusy ? FETCHED_AT_ONCE_BUSY : FETCHED_AT_ONCE)
        left = left.slice(some.length)
        came += await this.#fetchSome(generator, some, { asks, elsewhere, signal })
      }
      return came
    } finally {
      for (const contentRowId of claimed) this.claims.release(kind, contentRowId)
    }
  }

  async #fetchSome(
    generator: Generator,
    contentRowIds: readonly number[],
    { asks, elsewhere, signal }: { asks: boolean; elsewhere: Elsewhere; signal: AbortSignal },
  ): Promise<number> {
    const deps = this.making
    const { foreground } = this.#deps
    const begun = performance.now()
    const contents = await deps.rows.work.allWaiting(generator.kind, contentRowIds)
    const fetched = await fetchPending(generator, contents, { elsewhere, engines: deps.engines }, { asks, signal })
    const came = new Map(fetched.map((each) => [each.contentRowId, each]))
    const isCome = ({ contentRowId }: PendingContent) => came.has(contentRowId)
    const placed = contents.filter(isCome)
    for (let at = 0; at < placed.length; at += CONTENTS_PER_COMMIT) {
      const some = placed.slice(at, at + CONTENTS_PER_COMMIT)
      for (const { contentId, rows } of some) deps.onMade({ contentId, kind: generator.kind, ...rows[0]! })
      // Arrived sidecars are recorded even if the request was cancelled meanwhile.
      await recordContents(
        generator,
        some.map(({ contentRowId }) => came.get(contentRowId)!),
        deps,
      )
      await new Promise(setImmediate)
    }
    if (!asks) await foreground.giveWay(performance.now() - begun, signal)
    return fetched.length
  }

  /** The kinds that the last run held back, with the reasons. */
  get held(): readonly HeldKind[] {
    return this.#held
  }

  /** The kinds that are held back now, with the reasons. */
  async holds(): Promise<HeldKind[]> {
    const held = await Promise.all(
      this.#deps.generators().map(async (generator) => {
        const last = this.#held.find(({ kind }) => kind === generator.kind)
        const hold = (await this.#holds.of(generator)) ?? (last?.passes === false ? last : null)
        return hold && { ...hold, kind: generator.kind }
      }),
    )
    return held.filter((each) => each !== null)
  }

  #lookAgainLater(): void {
    clearTimeout(this.#lookAgain)
    this.#lookAgain = setTimeout(() => {
      this.#goOn().catch((err: unknown) => {
        this.#deps.log.warn({ err: errorMessage(err) }, 'sidecars that waited were not looked at')
      })
    }, this.#deps.machine.lookAgainMs).unref()
  }

  async #goOn(): Promise<void> {
    if (this.#closing.signal.aborted) return
    const waiting = new Set(this.#held.filter(({ passes }) => passes).map(({ kind }) => kind))
    const still = await this.holds()
    if (still.filter(({ kind }) => waiting.has(kind)).length < waiting.size) await this.startIfPending()
    else this.#lookAgainLater()
  }

  /** Empties the caches of holds and engines. */
  forget(): void {
    this.#holds.forget()
    this.#engines.forget()
  }

  get making(): MakeContentDeps {
    const { onMade, onRecorded, pools, privateFiles, reader, root, rows } = this.#deps
    return {
      reader,
      privateFiles,
      pools,
      root,
      rows,
      generators: this.#deps.generators(),
      claims: this.claims,
      engines: this.#engines,
      elsewhere: this.#deps.elsewhere(),
      onMade,
      onRecorded,
    }
  }

  /** Starts a run. A run that is already working will look for pending rows once more. */
  async start(): Promise<void> {
    const jobs = this.#deps.jobs()
    this.#isAsked = true
    const { id, wasRunning } = await jobs.enqueue(generateSidecars, {})
    if (!wasRunning || this.#isRunning) return
    // The running job has finished its work, but its end is not recorded yet: start another one after it.
    const again = async () => {
      await jobs.wait(id, this.#closing.signal)
      await jobs.enqueue(generateSidecars, {})
    }
    again().catch(() => {})
  }

  async startIfPending(): Promise<void> {
    if (this.#deps.rows.work.hasPending()) return this.start()
    this.#held = []
    // No run will remove the leftovers of a killed daemon, so remove them here.
    this.#swept().catch((err: unknown) => this.#deps.log.warn({ err: errorMessage(err) }, 'drafts not removed'))
  }

  /** Removes the leftovers of a killed daemon, once before sidecars are made. */
  #swept(): Promise<void> {
    const { pools, root } = this.#deps
    this.#sweeping ??= heard(sweepDrafts(root, Date.now(), (folder) => pools.hasResults(folder)))
    return this.#sweeping
  }

  /** Aborts the sidecars that are being made on request; they become pending again. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#lookAgain)
    await this.#demanded[Symbol.asyncDispose]()
    await this.#sweeping?.catch(() => {})
  }
}

function addReports(first: PendingReport, then: PendingReport): PendingReport {
  return {
    ...then,
    made: first.made + then.made,
    failed: first.failed + then.failed,
    skipped: first.skipped + then.skipped,
  }
}
