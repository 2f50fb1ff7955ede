import { setTimeout } from 'node:timers/promises'
import type { GroupCommit } from './group-commit.ts'
import type { ItemVerdict, JobItems } from './define.ts'
import type { JobStore } from './job-store.ts'
import type { JobLimits } from './limits.ts'

export interface RunItemsDeps {
  readonly store: JobStore
  readonly commits: GroupCommit
  readonly rowId: number
  /** Whether an earlier process ended while the job ran. */
  readonly wasCutShort: boolean
  readonly limits: Pick<JobLimits, 'itemStops' | 'suspectWaitMs'>
  readonly signal: AbortSignal
  /** Whether the run has returned: its remaining notes are removed together with its row. */
  readonly isOver: () => boolean
}

const nothingNoted: AsyncDisposable = { [Symbol.asyncDispose]: async () => {} }

/** The items of one run of a job, with the notes of earlier runs. */
export class RunItems implements JobItems {
  readonly #deps: RunItemsDeps
  readonly suspects: ReadonlyMap<string, ItemVerdict>

  constructor(deps: RunItemsDeps) {
    this.#deps = deps
    this.suspects = new Map(
      [...deps.store.itemStops()].map(([item, stops]) => [item, verdictAfter(stops, deps.limits.itemStops)]),
    )
  }

  get areNoted(): boolean {
    return this.#deps.wasCutShort || this.suspects.size > 0
  }

  verdict(item: string): ItemVerdict {
    return this.suspects.get(item) ?? { when: 'now' }
  }

  async begin(items: readonly string[]): Promise<AsyncDisposable> {
    const { commits, isOver, rowId, store } = this.#deps
    if (!this.areNoted || items.length === 0) return nothingNoted
    await this.#waitBefore(items)
    await commits.run(() => store.beginItems(rowId, items))
    const end = () => (isOver() ? Promise.resolve() : commits.run(() => store.endItems(rowId, items)))
    return { [Symbol.asyncDispose]: end }
  }

  async forget(item: string): Promise<void> {
    const { commits, store } = this.#deps
    await commits.run(() => store.forgetItem(item))
  }

  /**
   * Waits before the job works on an item that was in progress during at least two stops. If the process is stopped
   * during this wait, the item is not the cause: the next start sees that no item was in progress.
   */
  async #waitBefore(items: readonly string[]): Promise<void> {
    const { limits, signal } = this.#deps
    const verdicts = items.map((item) => this.verdict(item))
    const most = Math.max(...verdicts.map((verdict) => (verdict.when === 'last' ? verdict.stops : 0)))
    if (most > 1) await setTimeout(limits.suspectWaitMs * 2 ** (most - 2), undefined, { signal })
  }
}

function verdictAfter(stops: number, most: number): ItemVerdict {
  if (stops < most) return { when: 'last', stops }
  return { when: 'never', reason: `Spacedrive stopped ${stops} times while it worked on this` }
}
