export { EntryReader, type PlacedEntry, rowToEntry } from './entry-reader.ts'
export { Files } from './files.ts'
