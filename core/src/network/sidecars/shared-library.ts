import type { ContentId, LibraryId, SidecarKind } from '../../domain/index.ts'
import type { AvailabilityRead, FetchHold, RemoteContent, RemoteSidecar, SidecarKey } from '../../sidecars/index.ts'

/** The part of a library's sidecars that other devices use. */
export interface NetworkSidecars {
  availability(since: number | null, signal: AbortSignal): Promise<AvailabilityRead>
  ready(contentId: ContentId, kind: SidecarKind, variant: string): RemoteSidecar[]
  fileOf(key: SidecarKey): string
  /** The identity of a content that has a sidecar here; null if there is none. */
  identity(contentId: ContentId): RemoteContent | null
  lacking(of: Omit<SidecarKey, 'contentId'>, ids: Uint8Array): ContentId[]
  fetchHold(): Promise<FetchHold | null>
  /** Starts the job that calls `PeerSidecars.fetchAhead`. */
  startFetching(): Promise<void>
  prefetch(of: Omit<SidecarKey, 'contentId'>, contentIds: readonly ContentId[], signal: AbortSignal): Promise<number>
}

/** The part of an open library that the exchange of sidecars needs. */
export interface SidecarLibrary {
  readonly id: LibraryId
  readonly name: string
  readonly path: string
  readonly readOnly: boolean
  readonly sidecars: { readonly exchange: NetworkSidecars }
}
