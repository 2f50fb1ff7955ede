import type { ContentId, SidecarKind } from '../../domain/index.ts'
import type { SidecarKey } from '../../sidecars/index.ts'
import { nameOf } from './inventory.ts'
import type { SidecarLibrary } from './shared-library.ts'

/** Batches that wait; the oldest give way, and come again with the next digest. */
const MAX_WAITING = 4_000

/** Sidecars of one kind, variant and format that are lacking here. */
export interface Batch {
  readonly library: SidecarLibrary
  readonly of: Omit<SidecarKey, 'contentId'>
  /** The size of each, as the other device has said. */
  readonly sizes: ReadonlyMap<ContentId, number>
}

/** What is to be fetched ahead for one library, the oldest first; what waits already does not wait twice. */
export class WaitingBatches {
  readonly #batches: Batch[] = []
  /** All that waits or is being fetched, by kind, variant and format. */
  readonly #ids = new Map<string, Set<ContentId>>()

  get length(): number {
    return this.#batches.length
  }

  /** How many contents wait. */
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

  /** The first whose kind is not busy; null where there is none. `done`, or `putBack`, is to follow. */
  take(busy: ReadonlySet<SidecarKind>): Batch | null {
    const at = this.#batches.findIndex(({ of }) => !busy.has(of.kind))
    return at === -1 ? null : this.#batches.splice(at, 1)[0]!
  }

  putBack(batch: Batch): void {
    this.#batches.unshift(batch)
  }

  /** It is not waited for any more, whether it has come or not. */
  done({ of, sizes }: Batch): void {
    const ids = this.#ids.get(nameOf(of))
    for (const id of sizes.keys()) ids?.delete(id)
  }
}
