import type { SidecarKind } from '../../domain/index.ts'
import type { LibraryStore } from '../../store/index.ts'
import type { SidecarWatch } from '../audit/sidecar-watch.ts'
import type { SidecarKey } from '../files/paths.ts'
import type { QueueFiller } from '../queue/queue-filler.ts'
import type { TextIndexing } from '../queue/text-indexing.ts'
import type { Outcomes } from '../rows/work-rows.ts'
import { contentIdsOf, type SidecarNews } from './sidecar-news.ts'

export interface ResultsDeps {
  readonly store: LibraryStore
  readonly news: SidecarNews
  readonly texts: TextIndexing
  readonly filler: QueueFiller
  readonly watch: SidecarWatch
  /** Aborted when the library closes. */
  readonly closing: AbortSignal
}

/**
 * Announces new sidecars to the watcher, the events and the search index, and queues the sidecars that are made from
 * them.
 */
export class Results {
  readonly #deps: ResultsDeps

  constructor(deps: ResultsDeps) {
    this.#deps = deps
  }

  /** Called when the file of a sidecar is at its final path. */
  placed(key: SidecarKey): void {
    this.#deps.watch.add(key)
  }

  /** Called when the outcomes for some contents are in the rows. */
  async recorded(kind: SidecarKind, made: readonly Outcomes[]): Promise<void> {
    const { closing, filler, texts } = this.#deps
    this.#announce(kind, made)
    await texts.index({ check: false }, closing)
    await filler.fillDerived(
      kind,
      made.map(({ contentRowId }) => contentRowId),
      closing,
    )
  }

  /** Called when the first part of a content's sidecars is at its final path, and more will follow. */
  async recordedPart(kind: SidecarKind, contentRowId: number): Promise<void> {
    const { closing, news, store, texts } = this.#deps
    news.tell(kind, 'generating', contentIdsOf(store.connection, [contentRowId]))
    await texts.index({ check: false }, closing)
  }

  #announce(kind: SidecarKind, made: readonly Outcomes[]): void {
    const { news, store } = this.#deps
    const isReady = ({ outcomes }: Outcomes) => outcomes.some(({ state }) => state === 'ready')
    for (const [state, some] of Map.groupBy(made, (each) => (isReady(each) ? 'ready' : 'failed'))) {
      const rowIds = some.map(({ contentRowId }) => contentRowId)
      news.tell(kind, state, contentIdsOf(store.connection, rowIds))
    }
  }
}
