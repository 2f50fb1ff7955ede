export type { Via } from './fetch-transfer.ts'
export type { Sending, SourceResolver } from './serve-transfer.ts'
export { type FetchInput, type StartInput, Transfers } from './transfers.ts'
export type { SourceItem } from './worker/walk-source.ts'
