export { EntryReader, type PlacedEntry, shownName, shownPath, toTimestamp } from './entry-reader.ts'
export { Files } from './files.ts'
