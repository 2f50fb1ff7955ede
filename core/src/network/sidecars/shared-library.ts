import type { ContentId, LibraryId, SidecarKind } from '../../domain/index.ts'
import type { AvailabilityGroup, RemoteSidecar, SidecarKey } from '../../sidecars/index.ts'

/** What of a library's sidecars other devices have to do with. */
export interface NetworkSidecars {
  availability(signal: AbortSignal): Promise<AvailabilityGroup[]>
  ready(contentId: ContentId, kind: SidecarKind, variant: string): RemoteSidecar[]
  fileOf(key: SidecarKey): string
  lacking(of: Omit<SidecarKey, 'contentId'>, ids: Uint8Array): ContentId[]
  fetchHold(): Promise<string | null>
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
