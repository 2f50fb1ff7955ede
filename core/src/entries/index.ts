export {
  ENTRY_COLUMNS,
  ENTRY_JOINS,
  EntryReader,
  type EntryRow,
  NAME,
  type PlacedEntry,
  rowToEntry,
} from './entry-reader.ts'
export type { FolderListing, FolderListingOptions } from './folder-listing.ts'
export type { IndexedFolder } from './indexed-folder.ts'
export { type FolderOrder, orderFolder } from './order-folder.ts'
export { toTimestamp } from './timestamp.ts'
