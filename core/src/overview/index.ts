export { type IndexedFolder, Overview } from './overview.ts'
