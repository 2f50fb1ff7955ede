import type { ArchiveListing } from '../domain/archive.ts'
import type { DocumentPage } from '../domain/document.ts'
import type { ContentId, DeviceId, Entry, FileInfo } from '../domain/index.ts'
import type { FolderOrder } from '../entries/index.ts'
import type { RawName } from '../util/file-name.ts'

/** Limit on the bytes of one piece: few enough to arrive quickly over a slow line. */
export const MAX_PIECE_BYTES = 524_288
/** Limit on the size of a thumbnail, in bytes. A larger sidecar is transferred like a file. */
export const MAX_THUMB_BYTES = 262_144

/**
 * Refers to a file of a source: by its path there, by its content (any file with it), or, for a generated file, by its
 * address.
 */
export type FileRef =
  /** An absolute path; `base64:<…>` if its bytes are not valid text. */
  { readonly path: string } | { readonly content: ContentId } | { readonly sidecar: string }

/** The fields with which replies name a device. */
export interface NamedDevice {
  readonly id: DeviceId
  readonly name: string
}

/** The input of a listing; see `files.list`. */
export interface ListInput extends FolderOrder {
  readonly path: string
  /** Also list entries that a rule excludes from the index. */
  readonly all: boolean
  /** Include the thumbnails of each entry. */
  readonly thumbs: boolean
  readonly limit: number
  readonly offset: number
}

/** A window of a folder; see `files.list`. */
export interface Listing {
  readonly path: string
  readonly source: 'index' | 'disk'
  readonly items: Entry[]
  readonly total: number
  readonly online: boolean
  /** The paired device that has the folder; omitted for this device. */
  readonly device?: NamedDevice
}

/** The target of a seek: the beginning of a name, or a path. */
export interface SeekInput extends FolderOrder {
  readonly path: string
  readonly all: boolean
  readonly prefix?: string | undefined
  readonly entryPath?: string | undefined
  /** Index at which the search begins. After the last row, it continues at the first one. */
  readonly from: number
}

/** See `indexing.browse`. */
export interface BrowseInput {
  readonly path: string
  readonly scope: 'current' | 'recursive'
  /** Also identify the contents of the files. */
  readonly content: boolean
  readonly limit: number
}

export interface Browsed {
  readonly path: string
  readonly items: Entry[]
  readonly total: number
  readonly tookMs: number
}

/** A request for a page of an archive's listing. */
export interface ArchivePage {
  readonly path: string
  readonly limit: number
  readonly offset: number
}

/** A request for a page of a document. */
export interface DocumentAsked {
  readonly path: string
  /** Number of the sheet, from 1. */
  readonly sheet: number
  readonly limit: number
  readonly offset: number
}

export interface OpenOptions {
  /**
   * If set, the path must be written exactly: absolute, without `.`, `..` and links. The caller has checked this path,
   * so it must not lead to another place. A paired device follows links, and checks the path to which they lead.
   */
  readonly exact?: boolean
}

/** A request for a piece of a file. */
export interface PieceInput extends OpenOptions {
  readonly offset: number
  readonly length: number
  /** Tag of the file from the previous piece; null for the first piece. */
  readonly etag: string | null
  /** The device that sent the previous piece of the content. Only for contents. */
  readonly from?: DeviceId | undefined
}

/** A piece of a file, with the name, size, time and tag of the file. */
export interface Piece {
  readonly name: RawName
  readonly size: number
  readonly mtimeMs: number
  readonly etag: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Where a piece comes from. `device` is null for this device. */
export interface PieceOrigin {
  readonly device: NamedDevice | null
  readonly latencyMs: number | null
  readonly bytesPerSecond: number | null
}

/** A file that is open for reading. It must be closed. */
export interface SourceFile extends AsyncDisposable {
  readonly name: RawName
  /** The stats at the time of opening. */
  readonly stats: { readonly size: bigint; readonly mtimeNs: bigint }
  /** Changes when the file changes. */
  readonly etag: string
  /** The index's data about these bytes; null if the file is not indexed, or has changed since. */
  readonly indexed: { readonly mime: string | null; readonly hash: string | null } | null
  /** Reads bytes of the file into `space`, from `at` on. May read fewer than requested; reads 0 only at the end. */
  read(space: Uint8Array, at: number, length: number, position: number): Promise<{ bytesRead: number }>
  /** Throws `Conflict` if the file has changed since it was opened. Needed if reading does not detect that itself. */
  verify(): Promise<void>
  close(): Promise<void>
}

/** A thumbnail. `pending`: it is being made. */
export type Thumbnail =
  | {
      readonly state: 'ready'
      readonly variant: string
      readonly checksum: string
      readonly bytes: Uint8Array<ArrayBuffer>
    }
  | { readonly state: 'pending' }
  | { readonly state: 'none'; readonly reason: string }

/** A folder from which a user starts browsing. */
export interface StartPlace {
  /** `location`, `volume`, or the purpose of the folder: `pictures`, `documents` and so on. */
  readonly kind: string
  readonly path: string
  readonly name: string
}

/**
 * Files of a source with a content. `files` is null if the source does not answer. A path is null if the source does
 * not reveal it.
 */
export interface FoundCopies {
  readonly device: NamedDevice
  readonly online: boolean
  readonly files: { path: string | null; size: number; online: boolean }[] | null
}

/** A transfer that copies files of a source to this device. */
export interface FetchRequest {
  /** The devices that have the files, in order of preference. */
  readonly devices: readonly DeviceId[]
  readonly kind: string
  readonly spec: unknown
  readonly title: string
}

/** Reads files by reference. Paths in its answers are addresses, which `Sources` resolves to the same files. */
export interface FileReader {
  /** Identifies the source: equal for all objects of one source, and different for each source. */
  readonly key: string
  /** All facts about a file or folder; see `files.info`. */
  stat(ref: FileRef, signal: AbortSignal): Promise<FileInfo>
  /**
   * Reads a piece of at most `MAX_PIECE_BYTES`. Fewer bytes than requested do not mean the end of the file; only an
   * empty piece does. Throws `Conflict` if the file no longer has the tag.
   */
  read(ref: FileRef, piece: PieceInput, signal: AbortSignal): Promise<Piece & { readonly origin: PieceOrigin }>
  /** Opens a regular file, which can be read until the signal is aborted. Throws `InvalidInput` for anything else. */
  open(ref: FileRef, options: OpenOptions, signal: AbortSignal): Promise<SourceFile>
  /** A thumbnail such as `grid@2x`. If it does not exist, it is made. */
  thumb(ref: FileRef, variant: string, signal: AbortSignal): Promise<Thumbnail>
  /** The path of the file on this device's disk; null if it must be fetched first. */
  localPath(ref: FileRef, signal: AbortSignal): Promise<string | null>
  /**
   * The transfers that would copy these files to this device. Throws `InvalidInput` for files that are already here.
   */
  fetches(refs: readonly FileRef[], signal: AbortSignal): Promise<FetchRequest[]>
  /**
   * Checks a file for callers that may see only the libraries. Throws `PermissionDenied` if it is outside the
   * locations of the open libraries, whether it exists or not: such callers must not learn which files exist.
   */
  requireInLibraries(ref: FileRef): Promise<void>
}

/**
 * The files of one place: this device's disk, or a paired device. Every source passes `describeFileSource`.
 *
 * All methods throw `NotFound` for a path that does not exist, `PermissionDenied` or `NotAuthorised` for a path that
 * may not be read, `InvalidInput` for a path that is not absolute, and `Offline` or `Unavailable` if the source does
 * not answer. A call that waits ends when its signal is aborted.
 */
export interface FileSource extends FileReader {
  places(signal: AbortSignal): Promise<StartPlace[]>
  /** A window of a folder in an order; see `files.list`. */
  list(input: ListInput, signal: AbortSignal): Promise<Listing>
  /** The position of an entry in a listing with the same order; see `files.seek`. */
  seek(input: SeekInput, signal: AbortSignal): Promise<{ offset: number | null }>
  /** The current entries of the folder, without an index; see `indexing.browse`. */
  browse(input: BrowseInput, signal: AbortSignal): Promise<Browsed>
  /** A page of the members of an archive; see `files.archive`. */
  archive(page: ArchivePage, signal: AbortSignal): Promise<ArchiveListing>
  /** A page of a document; see `files.document`. */
  document(page: DocumentAsked, signal: AbortSignal): Promise<DocumentPage>
  /** The files with a content. */
  where(content: ContentId, signal: AbortSignal): Promise<FoundCopies>
  /** Calls `onChange` if an entry of a folder may have changed. Null if the source cannot watch folders. */
  readonly watch: ((path: string, onChange: () => void) => Promise<Disposable>) | null
}
