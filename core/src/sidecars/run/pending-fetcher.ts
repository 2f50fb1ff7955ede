import type { Foreground } from '../../util/foreground.ts'
import type { Generator } from '../generators/index.ts'
import { fetchPending } from '../peers/fetch-pending.ts'
import type { PeerSidecars } from '../peers/peer-sidecars.ts'
import type { PendingContent } from '../rows/work-rows.ts'
import type { Holds } from './holds.ts'
import { type MakeContentDeps, recordContents } from './make-content.ts'

export interface PendingFetcherDeps {
  readonly making: MakeContentDeps
  readonly holds: Holds
  readonly foreground: Foreground
}

/**
 * Contents fetched in one batch: normally, and while a user waits for an answer. The smaller batch takes some 10 ms.
 */
const FETCHED_AT_ONCE = 250
const FETCHED_AT_ONCE_BUSY = 16
/** Contents recorded in one transaction, which takes a few milliseconds. */
const CONTENTS_PER_COMMIT = 16

interface FetchOptions {
  /** If set, also asks devices whose digest does not list the sidecars. Used when a user is waiting. */
  readonly asks: boolean
  readonly signal: AbortSignal
}

/** Fetches pending sidecars from other devices. */
export class PendingFetcher {
  readonly #deps: PendingFetcherDeps

  constructor(deps: PendingFetcherDeps) {
    this.#deps = deps
  }

  /**
   * Fetches the pending sidecars of one kind for some contents. Sidecars that do not arrive stay pending. Without
   * `asks`, the fetch yields to foreground work. Returns the number of contents that arrived.
   */
  async fetch(generator: Generator, contentRowIds: readonly number[], options: FetchOptions): Promise<number> {
    const { foreground, holds, making } = this.#deps
    const { claims } = making
    const peers = making.peers()
    if (!peers || (await holds.ofAll())) return 0
    const { kind } = generator
    const claimed = contentRowIds.filter((contentRowId) => claims.take(kind, contentRowId))
    let arrived = 0
    try {
      for (let left = claimed; left.length > 0;) {
        // While a user waits for answers, batches are small, so that each delays an answer only briefly.
        const some = left.slice(0, foreground.isBusy ? FETCHED_AT_ONCE_BUSY : FETCHED_AT_ONCE)
        left = left.slice(some.length)
        arrived += await this.#fetchBatch(generator, some, { ...options, peers })
      }
      return arrived
    } finally {
      for (const contentRowId of claimed) claims.release(kind, contentRowId)
    }
  }

  async #fetchBatch(
    generator: Generator,
    contentRowIds: readonly number[],
    { asks, peers, signal }: FetchOptions & { readonly peers: PeerSidecars },
  ): Promise<number> {
    const { foreground, making } = this.#deps
    const { engines, results, rows } = making
    const begun = performance.now()
    const contents = await rows.work.allWaiting(generator.kind, contentRowIds)
    const fetched = await fetchPending(generator, contents, { peers, engines }, { asks, signal })
    const outcomesByRow = new Map(fetched.map((each) => [each.contentRowId, each]))
    const hasArrived = ({ contentRowId }: PendingContent) => outcomesByRow.has(contentRowId)
    const arrived = contents.filter(hasArrived)
    for (let at = 0; at < arrived.length; at += CONTENTS_PER_COMMIT) {
      const some = arrived.slice(at, at + CONTENTS_PER_COMMIT)
      for (const content of some)
        results.placed({ contentId: content.contentId, kind: generator.kind, ...content.rows[0]! })
      // Sidecars that have arrived are recorded even if the request has been cancelled since.
      await recordContents(
        generator,
        some.map(({ contentRowId }) => outcomesByRow.get(contentRowId)!),
        making,
      )
      await new Promise(setImmediate)
    }
    if (!asks) await foreground.yieldToForeground(performance.now() - begun, signal)
    return fetched.length
  }
}
