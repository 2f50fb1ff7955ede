import type { JobManager } from '../../jobs/index.ts'
import { errorMessage } from '../../util/errors.ts'
import type { Foreground } from '../../util/foreground.ts'
import type { Logger } from '../../util/logger.ts'
import type { Machine } from '../../util/machine.ts'
import { settleOrphans } from '../audit/sidecar-audit.ts'
import type { DraftSweep } from '../files/drafts.ts'
import { RunMark } from '../files/run-mark.ts'
import { type WantedSidecarsDeps, wantedVariants } from '../queue/wanted-sidecars.ts'
import { generateSidecars } from './generate-sidecars.ts'
import type { HeldKind, Holds, SidecarLimits } from './holds.ts'
import type { MakeContentDeps } from './make-content.ts'
import { type MakePendingHost, type PendingReport, PendingRun } from './make-pending.ts'
import { Quota } from './quota.ts'

export interface SidecarRunnerDeps {
  readonly making: MakeContentDeps
  readonly wanted: WantedSidecarsDeps
  readonly holds: Holds
  readonly drafts: DraftSweep
  readonly foreground: Foreground
  readonly limits: () => SidecarLimits
  readonly machine: Machine
  readonly jobs: () => JobManager
  readonly log: Logger
}

/** Owns the job `generateSidecars`: starts it, runs it, and starts it again when a hold has ended. */
export class SidecarRunner implements Disposable {
  readonly #deps: SidecarRunnerDeps
  readonly #closing = new AbortController()
  /** The kinds that the last run held back because of the machine. */
  #held: readonly HeldKind[] = []
  #nextCheck: NodeJS.Timeout | undefined
  #isRunning = false
  /** Whether another run was requested since the current one began. */
  #isRequested = false

  constructor(deps: SidecarRunnerDeps) {
    this.#deps = deps
  }

  /** The body of the job: makes all pending sidecars, also those that are queued during the run. */
  async run(host: MakePendingHost): Promise<PendingReport> {
    const { foreground, log, making } = this.#deps
    await using mark = await RunMark.set(making.root, log)
    const report = await this.#makeAll(host)
    if (mark.wasLeft) {
      await settleOrphans({ ...making, foreground }, host.signal)
      mark.clear()
    }
    return report
  }

  async #makeAll(host: MakePendingHost): Promise<PendingReport> {
    const { drafts, holds, limits, making, wanted } = this.#deps
    const { claims, generators, root, rows } = making
    // Clean up after stopped processes. Without claims, no process is writing drafts now.
    if (claims.size === 0) drafts.repeat()
    await drafts.sweep()
    let report: PendingReport | null = null
    this.#isRunning = true
    try {
      do {
        this.#isRequested = false
        const { quotaBytes } = limits()
        const quota = new Quota({ rows, root, generators: generators(), quotaBytes, wanted: wantedVariants(wanted) })
        const again = await new PendingRun({ ...making, holds, quota }, host).run()
        report = report ? addReports(report, again) : again
        // More rows may have been queued while the run ended.
      } while (this.#isRequested)
    } finally {
      this.#isRunning = false
    }
    this.#held = report.held
    if (report.held.some(({ passes }) => passes)) this.#checkLater()
    return report
  }

  /** Starts a run. A run that is already working will look for pending rows once more. */
  async start(): Promise<void> {
    const jobs = this.#deps.jobs()
    this.#isRequested = true
    const { id, wasRunning } = await jobs.enqueue(generateSidecars, {})
    if (!wasRunning || this.#isRunning) return
    // The running job has finished its work, but its end is not recorded yet, so start another one after it.
    const again = async () => {
      await jobs.wait(id, this.#closing.signal)
      await jobs.enqueue(generateSidecars, {})
    }
    again().catch(() => {})
  }

  async startIfPending(): Promise<void> {
    const { drafts, log, making } = this.#deps
    if (making.rows.work.hasPending()) return this.start()
    this.#held = []
    // There is no work, so no run will remove the leftovers of a killed daemon. Remove them here.
    drafts.sweep().catch((err: unknown) => log.warn({ err: errorMessage(err) }, 'drafts were not removed'))
  }

  /** Continues with held sidecars after the limits have changed. */
  async resume(): Promise<void> {
    this.#deps.holds.forget()
    this.#deps.making.engines.forget()
    await this.startIfPending()
  }

  /** The kinds that the last run held back, with the reasons. */
  get held(): readonly HeldKind[] {
    return this.#held
  }

  /** The kinds that are held back now, with the reasons. */
  async holds(): Promise<HeldKind[]> {
    const { holds, making } = this.#deps
    const held = await Promise.all(
      making.generators().map(async (generator) => {
        const last = this.#held.find(({ kind }) => kind === generator.kind)
        const hold = (await holds.of(generator)) ?? (last?.passes === false ? last : null)
        return hold && { ...hold, kind: generator.kind }
      }),
    )
    return held.filter((each) => each !== null)
  }

  #checkLater(): void {
    clearTimeout(this.#nextCheck)
    this.#nextCheck = setTimeout(() => {
      this.#startIfReleased().catch((err: unknown) => {
        this.#deps.log.warn({ err: errorMessage(err) }, 'held sidecars were not checked again')
      })
    }, this.#deps.machine.lookAgainMs).unref()
  }

  async #startIfReleased(): Promise<void> {
    if (this.#closing.signal.aborted) return
    const waiting = new Set(this.#held.filter(({ passes }) => passes).map(({ kind }) => kind))
    const still = await this.holds()
    if (still.filter(({ kind }) => waiting.has(kind)).length < waiting.size) await this.startIfPending()
    else this.#checkLater()
  }

  /** Starts no further runs by itself. */
  [Symbol.dispose](): void {
    this.#closing.abort()
    clearTimeout(this.#nextCheck)
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
