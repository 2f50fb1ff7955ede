export { EntryReader, type PlacedEntry, rowToEntry } from './entry-reader.ts'
export { Files } from './files.ts'
export { listDisk, type ListInput } from './list-disk.ts'
export { seekDisk, type SeekInput } from './seek.ts'
