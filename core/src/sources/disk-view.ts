import type { BigIntStats } from 'node:fs'
import type { ArchiveListing } from '../domain/archive.ts'
import type { DocumentPage } from '../domain/document.ts'
import type { ContentId, FileInfo, LibraryId } from '../domain/index.ts'
import type { RawName } from '../util/file-name.ts'
import type {
  ArchivePage,
  BrowseInput,
  Browsed,
  DocumentAsked,
  Listing,
  ListInput,
  SeekInput,
  Thumbnail,
} from './file-source.ts'

/** How this device's disk is listed: with the index of a library, or without one. */
export interface DiskView {
  list(input: ListInput, signal: AbortSignal): Promise<Listing>
  seek(input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }>
  browse(input: BrowseInput, signal: AbortSignal): Promise<Browsed>
  archive(page: ArchivePage, signal: AbortSignal): Promise<ArchiveListing>
  document(page: DocumentAsked, signal: AbortSignal): Promise<DocumentPage>
  info(path: string, signal: AbortSignal): Promise<FileInfo>
  /**
   * The index's data about a file at a path without links; null if there is none. Throws `Offline` if the file's
   * volume is offline according to the index.
   */
  indexed(path: RawName): IndexedBytes | null
  /** The error for a path that cannot be reached because its location is offline; null if that is not the reason. */
  whyAway(path: RawName, signal: AbortSignal): Promise<Error | null>
}

/** The index's data about the bytes of a file. They are valid as long as the stats of the file match. */
export interface IndexedBytes {
  readonly mime: string | null
  readonly hash: string | null
  matches(stats: BigIntStats): boolean
}

/** A file that has a content. */
export interface HeldFile {
  readonly path: RawName
  readonly size: number
}

/** A file whose volume may be offline. */
export interface KnownFile extends HeldFile {
  readonly online: boolean
}

/** Finds the files of this device by content, in its open libraries, or only in some of them. */
export interface DiskContents {
  /** Files with a content that can be read now. */
  holding(contentId: ContentId, libraries?: ReadonlySet<LibraryId>): readonly HeldFile[]
  /** Files with a content, whether they can be read now or not. */
  copiesOf(contentId: ContentId, libraries?: ReadonlySet<LibraryId>): readonly KnownFile[]
  /** The facts about a file with a content; null if there is no such file that can be read now. */
  info(contentId: ContentId, signal: AbortSignal): Promise<FileInfo | null>
  /** A thumbnail of at most `MAX_THUMB_BYTES`. If it does not exist, it is made. */
  thumb(
    of: { contentId: ContentId; variant: string; libraries?: ReadonlySet<LibraryId> },
    signal: AbortSignal,
  ): Promise<Thumbnail>
}
