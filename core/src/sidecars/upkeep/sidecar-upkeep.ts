import type { ContentId } from '../../domain/index.ts'
import { audit, type AuditProblem, reconcile, type ReconcileDeps } from '../audit/sidecar-audit.ts'
import type { SidecarWatch } from '../audit/sidecar-watch.ts'
import { removeFiles } from '../files/remove-files.ts'
import type { TextIndexing } from '../queue/text-indexing.ts'
import { type WantedSidecarsDeps, wantedVariants } from '../queue/wanted-sidecars.ts'
import type { References } from '../references/references.ts'
import type { ReadyRow } from '../rows/row.ts'
import type { SidecarRunner } from '../run/sidecar-runner.ts'

export interface SidecarUpkeepDeps extends Omit<ReconcileDeps, 'only'> {
  readonly references: References
  readonly runner: SidecarRunner
  readonly texts: TextIndexing
  readonly wanted: WantedSidecarsDeps
  readonly watch: SidecarWatch
  readonly now: () => number
  /** Aborted when the library closes. */
  readonly closing: AbortSignal
}

/** Limit on the problems that a report lists. */
const MAX_LISTED_PROBLEMS = 10_000
const ROWS_PER_TURN = 256

/** Keeps rows and files in agreement, and removes sidecars that are no longer needed. */
export class SidecarUpkeep {
  readonly #deps: SidecarUpkeepDeps

  constructor(deps: SidecarUpkeepDeps) {
    this.#deps = deps
  }

  /** Compares rows and files. Changes nothing. */
  async verify(signal: AbortSignal): Promise<{ checked: number; problems: AuditProblem[] }> {
    const problems: AuditProblem[] = []
    let checked = 0
    for (const findings of [audit(this.#deps, signal), this.#deps.references.audit(signal)]) {
      for await (const found of findings) {
        if ('checked' in found) checked++
        else if (problems.length < MAX_LISTED_PROBLEMS) problems.push(found)
      }
    }
    return { checked, problems }
  }

  /** Repairs differences between rows and files; see `reconcile`. */
  async reconcile(signal: AbortSignal): Promise<{ adopted: number; setAside: number; requeued: number }> {
    const { references, runner, texts } = this.#deps
    const counts = await reconcile(this.#deps, signal)
    await references.reconcile(signal)
    await texts.index({ check: true }, signal)
    await runner.startIfPending()
    return counts
  }

  /**
   * Removes sidecars of contents without files. With an age, removes only sidecars older than that, and also old
   * variants that no policy wants. With `dryRun`, only counts them.
   */
  async cleanup(
    { dryRun, olderThanMs = null }: { dryRun: boolean; olderThanMs?: number | null },
    signal: AbortSignal,
  ): Promise<{ files: number; bytes: number }> {
    const { now, root, rows, wanted } = this.#deps
    const before = olderThanMs === null ? null : now() - olderThanMs
    if (dryRun) return rows.upkeep.countDisposable(before, wantedVariants(wanted))
    const counts = { files: 0, bytes: 0 }
    for (;;) {
      signal.throwIfAborted()
      const found = await this.#disposable(before)
      if (found.length === 0) return counts
      for (const { checksum, size } of found) {
        // A sidecar that was never made has no file.
        if (checksum.length > 0) counts.files++
        counts.bytes += size
      }
      // Delete files first: a file without a row would be found again, but a ready row must have its file.
      await removeFiles(root, found)
      await rows.upkeep.forget(found.map(({ id }) => id))
    }
  }

  async #disposable(before: number | null): Promise<ReadyRow[]> {
    const { rows, wanted } = this.#deps
    const orphans = await rows.upkeep.orphans(before, ROWS_PER_TURN)
    if (before === null || orphans.length > 0) return orphans
    return rows.upkeep.madeBefore(before, { but: wantedVariants(wanted), limit: ROWS_PER_TURN })
  }

  /** Watches for manual changes to sidecar files and repairs them, until the library closes. */
  async watch(): Promise<void> {
    const { rows, watch } = this.#deps
    const folders = await rows.upkeep.folders(watch.capacity)
    await watch.start(folders, (contentId) => this.#reconcileContent(contentId))
  }

  /** Indexes texts that are missing from the search index after a crash, or after an update that rebuilt it. */
  async indexTexts(): Promise<void> {
    const { closing, rows, texts } = this.#deps
    if (rows.upkeep.hasUnindexedText()) await texts.index({ check: false }, closing)
  }

  async #reconcileContent(only: ContentId): Promise<void> {
    const counts = await reconcile({ ...this.#deps, only }, this.#deps.closing)
    if (counts.requeued > 0) await this.#deps.runner.startIfPending()
  }
}
