import { CHUNK_BYTES, type Request } from '../../bulk/index.ts'
import type { Assemblies } from './assemblies.ts'
import type { DoneRecord } from './done-record.ts'
import type { FetchItem } from './fetch-item.ts'
import { lengthOf } from './part-file.ts'

export interface RequestOrderDeps {
  readonly items: readonly FetchItem[]
  readonly done: Pick<DoneRecord, 'has'>
  readonly assemblies: Pick<Assemblies, 'known'>
}

/** The requests of a fetch, one after another: the files in their order, and each file chunk by chunk. */
export class RequestOrder {
  readonly #deps: RequestOrderDeps
  /** Requests to send before all others. The next one is last. */
  readonly #again: Request[] = []
  /** The item to request next; for an item of several chunks, `#chunk` is the chunk. */
  #at = 0
  #chunk = 0

  constructor(deps: RequestOrderDeps) {
    this.#deps = deps
  }

  /** Puts requests before all others, in this order: for example those that an ended channel has not answered. */
  again(requests: readonly Request[]): void {
    this.#again.push(...requests.toReversed())
  }

  /** Null if nothing is left to request. */
  next(): Request | null {
    const { done, items } = this.#deps
    for (let request = this.#again.pop(); request; request = this.#again.pop()) {
      if (!done.has(request.item)) return request
    }
    while (this.#at < items.length) {
      const request = this.#nextOf(this.#at, items[this.#at]!)
      if (request) return request
      this.#at++
      this.#chunk = 0
    }
    return null
  }

  /** Null if all chunks of the item are requested, or if it needs no request. */
  #nextOf(item: number, { kind, size }: FetchItem): Request | null {
    const { assemblies, done } = this.#deps
    if (kind === 'directory' || done.has(item)) return null
    const chunks = Math.max(1, Math.ceil(size / CHUNK_BYTES))
    const part = assemblies.known(item)?.part
    if (part?.isComplete) return this.#chunk++ === 0 ? { type: 'full-hash', item } : null
    while (this.#chunk < chunks && part?.has(this.#chunk)) this.#chunk++
    if (this.#chunk >= chunks) return null
    const chunk = this.#chunk++
    return { type: 'chunk', item, offset: chunk * CHUNK_BYTES, length: lengthOf(chunk, size) }
  }
}

/** The requests for all chunks of an item, in order. */
export function chunksOf(item: number, size: number): Request[] {
  return Array.from({ length: Math.ceil(size / CHUNK_BYTES) }, (_, chunk) => {
    return { type: 'chunk', item, offset: chunk * CHUNK_BYTES, length: lengthOf(chunk, size) }
  })
}
