import type { ErrorCode } from '../../../util/errors.ts'

/** One file or folder to fetch. */
export interface FetchItem {
  readonly kind: 'file' | 'directory'
  readonly size: number
  /** Absolute path. An existing file is never replaced. */
  readonly target: Buffer
  /** Time of the last change in milliseconds since 1970; null to use the time of writing. */
  readonly mtimeMs: number | null
  /** Permission bits. */
  readonly mode: number
  /** The BLAKE3 that the file must have; null if it is not known in advance. */
  readonly expected: Uint8Array | null
}

export interface FetchFailure {
  readonly item: number
  readonly code: ErrorCode
  readonly message: string
}

export interface FetchResult {
  readonly files: number
  readonly bytes: number
  readonly failures: readonly FetchFailure[]
  readonly failed: number
  /** Names of channels that sent wrong data. */
  readonly liars: readonly string[]
  /** Why files were not marked with their origin; null if all were marked or no mark was wanted. */
  readonly unmarked: string | null
  /** The whole file arrived, but is not the requested content. The liars are the sources of this version. */
  readonly isRefused: boolean
}
