import type { ContentId, SidecarKind } from '../../domain/index.ts'
import type { JobManager } from '../../jobs/index.ts'
import type { LibraryStore } from '../../store/index.ts'
import type { Machine } from '../../util/machine.ts'
import { type SidecarKey, sidecarPath } from '../files/paths.ts'
import { generatorOf } from '../generators/generator-of.ts'
import type { Generator } from '../generators/index.ts'
import type {
  FetchHold,
  FetchHost,
  FetchReport,
  Holder,
  PeerSidecars,
  RemoteContent,
  RemoteSidecar,
} from '../peers/peer-sidecars.ts'
import { outputsOf } from '../queue/policy.ts'
import type { ViewedSidecars } from '../requests/viewed-sidecars.ts'
import type { SidecarRows } from '../rows/sidecar-rows.ts'
import type { SidecarLimits } from '../run/holds.ts'
import type { PendingFetcher } from '../run/pending-fetcher.ts'
import type { SidecarRunner } from '../run/sidecar-runner.ts'
import { contentRowsOf } from '../views/kind-states.ts'
import type { ReadInThread } from '../views/sidecar-views.ts'
import { fetchSidecars } from './fetch-sidecars.ts'
import { type AvailabilityRead, readAvailability } from './read-availability.ts'

export interface SharedSidecarsDeps {
  readonly store: LibraryStore
  readonly rows: SidecarRows
  readonly runner: SidecarRunner
  readonly fetcher: PendingFetcher
  readonly viewed: ViewedSidecars
  readonly generators: () => readonly Generator[]
  /** Other devices with this library; null if there are none. */
  readonly peers: () => PeerSidecars | null
  /** The library's folder of sidecars. */
  readonly root: string
  readonly read: ReadInThread
  readonly jobs: () => JobManager
  readonly limits: () => SidecarLimits
  readonly machine: Machine
  /** Whether the network connection is metered. */
  readonly isMetered: () => Promise<boolean>
}

/** A kind, variant and format. */
type Sort = Omit<SidecarKey, 'contentId'>

/** Above this share of the quota, no sidecars are fetched in advance. */
const QUOTA_SHARE = 0.9

/** The sidecars that this device and other devices of the library fetch from each other. */
export class SharedSidecars {
  readonly #deps: SharedSidecarsDeps

  constructor(deps: SharedSidecarsDeps) {
    this.#deps = deps
  }

  /** The other devices that may have sidecars of a content and kind. */
  holders(contentId: ContentId, kind: SidecarKind): readonly (Holder & { readonly variant: string })[] {
    return this.#deps.peers()?.holdersOf(contentId, kind) ?? []
  }

  /**
   * The ready sidecars that other devices may fetch, as packed records: all, or the changes since the mark of an
   * earlier answer.
   */
  availability(since: number | null, signal: AbortSignal): Promise<AvailabilityRead> {
    return this.#deps.read(new URL('read-availability.ts', import.meta.url), readAvailability, since, signal)
  }

  /** The ready sidecars of one variant, with everything that another device needs to fetch them. */
  ready(contentId: ContentId, kind: SidecarKind, variant: string): RemoteSidecar[] {
    return this.#deps.rows.exchange.ready(contentId, kind, variant)
  }

  /** The path of the sidecar file, whether or not it exists yet. */
  fileOf(key: SidecarKey): string {
    return sidecarPath(this.#deps.root, key)
  }

  /** The identity of a content that has a ready sidecar here; null if it has none. */
  identity(contentId: ContentId): RemoteContent | null {
    return this.#deps.rows.exchange.identity(contentId)
  }

  /**
   * Filters packed content ids (16 bytes each): returns contents that have a file here, but lack a sidecar that a
   * generator here can make.
   */
  lacking(of: Sort, ids: Uint8Array): ContentId[] {
    const { generators, rows, store } = this.#deps
    const generator = generators().find(({ kind }) => kind === of.kind)
    const isKnown = generator && outputsOf(generator, [of.variant]).some(({ format }) => format === of.format)
    return isKnown && !store.readOnly ? rows.exchange.lacking(of, ids) : []
  }

  /** Why no sidecars are fetched in advance now; null if they may be. */
  async fetchHold(): Promise<FetchHold | null> {
    const { isMetered, limits, machine, rows, runner, viewed } = this.#deps
    if (viewed.isBusy) return { reason: 'sidecars are being made for a user first', isBrief: true }
    const held = (reason: string): FetchHold => ({ reason, isBrief: false })
    if (await machine.isOnBattery()) return held('this machine runs on its battery')
    if (await isMetered()) return held('the network connection is metered; if it is not, set network.metered to no')
    const { quotaBytes } = limits()
    if (quotaBytes > 0 && (await rows.upkeep.usedBytes()) > quotaBytes * QUOTA_SHARE)
      return held('sidecars have used up their quota (sidecars.quotaBytes)')
    const full = (await runner.holds()).find(({ cause }) => cause === 'disk')
    return full ? held(full.reason) : null
  }

  /** Starts the job that fetches sidecars in advance. Does nothing if it is running or paused. */
  async startFetching(): Promise<void> {
    await this.#deps.jobs().enqueue(fetchSidecars, {})
  }

  /** The body of the job `fetchSidecars`. */
  async fetchAhead(host: FetchHost): Promise<FetchReport> {
    return (await this.#deps.peers()?.fetchAhead(host)) ?? { fetched: 0, missing: 0, held: null }
  }

  /** Fetches one variant for some contents in advance. Returns the number of contents that arrived. */
  async prefetch(of: Sort, contentIds: readonly ContentId[], signal: AbortSignal): Promise<number> {
    const { fetcher, generators, rows, store } = this.#deps
    const generator = generatorOf(of.kind, generators())
    await rows.queue.ensureAll(contentIds, generator, of)
    const contentRowIds = [...contentRowsOf(store.connection, contentIds).values()]
    return fetcher.fetch(generator, contentRowIds, { asks: false, signal })
  }
}
