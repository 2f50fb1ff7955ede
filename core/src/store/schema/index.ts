import type { ContentConflictTable, ContentIdentityTable, StaleContentTable } from './content.ts'
import type { DirectoryTable, EntryTable, ExtensionTable } from './entry.ts'
import type { LibraryIdentityTable } from './library-identity.ts'
import type { LocationTable } from './location.ts'
import type { AudioMediaTable, DocumentMediaTable, ImageMediaTable, VideoMediaTable } from './media.ts'
import type { CaptureTable, SidecarConversionTable, XmpDocumentTable } from './references.ts'
import type { SearchedSidecarTable } from './search.ts'
import type { SidecarAvailabilityView, SidecarTable } from './sidecar.ts'
import type { DeviceTable, VolumeTable } from './volume.ts'

/** The tables of `database.db`. Uuids are 16-byte blobs, times integer milliseconds, sizes bytes, booleans 0 or 1. */
export interface LibrarySchema {
  library_identity: LibraryIdentityTable
  devices: DeviceTable
  volumes: VolumeTable
  extensions: ExtensionTable
  entries: EntryTable
  directories: DirectoryTable
  content_identities: ContentIdentityTable
  stale_contents: StaleContentTable
  content_conflicts: ContentConflictTable
  locations: LocationTable
  image_media: ImageMediaTable
  audio_media: AudioMediaTable
  video_media: VideoMediaTable
  document_media: DocumentMediaTable
  sidecars: SidecarTable
  searched_sidecars: SearchedSidecarTable
  sidecar_availability: SidecarAvailabilityView
  captures: CaptureTable
  xmp_documents: XmpDocumentTable
  sidecar_conversions: SidecarConversionTable
}
