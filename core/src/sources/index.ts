export { DiskFile } from './disk-file.ts'
export { DiskSource, type DiskSourceDeps } from './disk-source.ts'
export type { DiskContents, DiskView, HeldFile, IndexedBytes, KnownFile } from './disk-view.ts'
export {
  type ArchivePage,
  type DocumentAsked,
  type BrowseInput,
  type Browsed,
  type FetchRequest,
  type FileReader,
  type FileRef,
  type FileSource,
  type FoundCopies,
  type Listing,
  type ListInput,
  MAX_PIECE_BYTES,
  MAX_THUMB_BYTES,
  type OpenOptions,
  type Piece,
  type PieceInput,
  type PieceOrigin,
  type SeekInput,
  type SourceFile,
  type StartPlace,
  type Thumbnail,
} from './file-source.ts'
export { type OpenFile, openFile, type OpenFileDeps } from './open-file.ts'
export { readBytes } from './read-piece.ts'
export { type DeviceSources, pathRef, Sources } from './sources.ts'
export { threadDisk, type UserDisk, userDisk } from './user-disk.ts'
