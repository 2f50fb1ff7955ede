import type { ArchiveListing } from '../../domain/archive.ts'
import type { ContentId, FileInfo, LibraryId, Entry } from '../../domain/index.ts'
import type { ListInput, OpenFile, SeekInput } from '../../files/index.ts'
import type { RawName } from '../../util/file-name.ts'

/** A window of a folder; see `files.list`. */
export interface Listing {
  readonly path: string
  readonly source: 'index' | 'disk'
  readonly items: Entry[]
  readonly total: number
  readonly online: boolean
}

/** A request for a page of an archive's listing. */
export interface ArchivePage {
  readonly path: string
  readonly limit: number
  readonly offset: number
}

/** A file that has a content. */
export interface HeldFile {
  readonly path: RawName
  readonly size: number
}

/** A file whose disk may be offline. */
export interface KnownFile extends HeldFile {
  readonly online: boolean
}

/** A small picture of a content; `pending`: it is being made. */
export type ServedThumb =
  | { readonly state: 'ready'; readonly variant: string; readonly checksum: string; readonly path: string }
  | { readonly state: 'pending' }
  | { readonly state: 'none'; readonly reason: string }

/** The files of this device, as its user sees them. The permission of a device is checked before these calls. */
export interface ServedFiles {
  places(): Promise<readonly { readonly kind: string; readonly path: string; readonly name: string }[]>
  list(input: ListInput, signal: AbortSignal): Promise<Listing>
  seek(input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }>
  info(path: string, signal: AbortSignal): Promise<FileInfo>
  /** The contents of an archive. */
  archive(page: ArchivePage, signal: AbortSignal): Promise<ArchiveListing>
  /** Opens a file; the path contains no links. Throws `PermissionDenied` for files of Spacedrive itself. */
  open(path: RawName, signal: AbortSignal): Promise<OpenFile>
  /** Opens a thumbnail at a path that `thumb` returned; it is in the data folder. */
  openThumb(path: RawName, signal: AbortSignal): Promise<OpenFile>
  /** Files with a content in some libraries that can be read now. */
  holding(contentId: ContentId, libraries: ReadonlySet<LibraryId>): readonly HeldFile[]
  /** Files with a content in some libraries, whether they can be read now or not. */
  copiesOf(contentId: ContentId, libraries: ReadonlySet<LibraryId>): readonly KnownFile[]
  /** Requests that the thumbnail is made if it does not exist. */
  thumb(of: {
    contentId: ContentId
    variant: string
    maxBytes: number
    libraries: ReadonlySet<LibraryId>
  }): Promise<ServedThumb>
}
