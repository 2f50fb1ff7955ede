export { KeptReadings } from './kept-readings.ts'
export { type IndexedFolder, Overview } from './overview.ts'
