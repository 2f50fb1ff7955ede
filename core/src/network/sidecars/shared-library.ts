import type { ContentId, LibraryId, SidecarKind } from '../../domain/index.ts'
import type { AvailabilityRead, FetchHold, RemoteContent, RemoteSidecar, SidecarKey } from '../../sidecars/index.ts'

/** What of a library's sidecars other devices have to do with. */
export interface NetworkSidecars {
  availability(since: number | null, signal: AbortSignal): Promise<AvailabilityRead>
  ready(contentId: ContentId, kind: SidecarKind, variant: string): RemoteSidecar[]
  fileOf(key: SidecarKey): string
  /** What a content is that there is a sidecar of; null where there is none. */
  identity(contentId: ContentId): RemoteContent | null
  lacking(of: Omit<SidecarKey, 'contentId'>, ids: Uint8Array): ContentId[]
  fetchHold(): Promise<FetchHold | null>
  /** Has the job begin that calls `Elsewhere.fetchAhead`. */
  startFetching(): Promise<void>
  prefetch(of: Omit<SidecarKey, 'contentId'>, contentIds: readonly ContentId[], signal: AbortSignal): Promise<number>
}

/** An open library, as far as its sidecars are concerned. */
export interface SidecarLibrary {
  readonly id: LibraryId
  readonly name: string
  readonly path: string
  readonly readOnly: boolean
  readonly sidecars: NetworkSidecars
}
