import type { ContentId, SidecarKind } from '../../domain/index.ts'
import type { SidecarKey } from '../../sidecars/index.ts'
import { nameOf } from './inventory.ts'
import type { SidecarLibrary } from './shared-library.ts'

/**
 * Maximum number of queued batches. If there are more, the oldest are dropped until the reports of the members are
 * searched again.
 */
const MAX_WAITING = 4_000

/** Sidecars of one kind, variant and format that are missing here. */
export interface Batch {
  readonly library: SidecarLibrary
  readonly of: Omit<SidecarKey, 'contentId'>
  /** The size of each sidecar, as the other device reported it. */
  readonly sizes: ReadonlyMap<ContentId, number>
}

/** The queue of sidecars to fetch in advance for one library, the oldest first. No sidecar is queued twice. */
export class WaitingBatches {
  readonly #batches: Batch[] = []
  /** The contents that are queued or being fetched, by kind, variant and format. */
  readonly #ids = new Map<string, Set<ContentId>>()

  get length(): number {
    return this.#batches.length
  }

  /** Number of queued contents. */
  get contents(): number {
    return this.#batches.reduce((sum, { sizes }) => sum + sizes.size, 0)
  }

  has(of: Batch['of'], contentId: ContentId): boolean {
    return this.#ids.get(nameOf(of))?.has(contentId) === true
  }

  add(batch: Batch): void {
    this.#batches.push(batch)
    const ids = this.#ids.get(nameOf(batch.of)) ?? new Set()
    this.#ids.set(nameOf(batch.of), ids)
    for (const id of batch.sizes.keys()) ids.add(id)
    if (this.#batches.length > MAX_WAITING) this.done(this.#batches.shift()!)
  }

  /**
   * Takes the first batch whose kind is not busy; null if there is none. The caller must then call `done` or
   * `putBack`.
   */
  take(busy: ReadonlySet<SidecarKind>): Batch | null {
    const at = this.#batches.findIndex(({ of }) => !busy.has(of.kind))
    return at === -1 ? null : this.#batches.splice(at, 1)[0]!
  }

  putBack(batch: Batch): void {
    this.#batches.unshift(batch)
  }

  /** Ends a batch, whether its sidecars have arrived or not. */
  done({ of, sizes }: Batch): void {
    const ids = this.#ids.get(nameOf(of))
    for (const id of sizes.keys()) ids?.delete(id)
  }
}
