export { EntryReader, type PlacedEntry, shownName, shownPath } from './entry-reader.ts'
export { Files } from './files.ts'
export { toTimestamp } from './timestamp.ts'
