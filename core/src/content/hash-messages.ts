import type { RawName } from '../util/file-name.ts'
import type { HashResult } from './content-hash.ts'

/** What a hash worker is asked. */
export type HashRequest =
  | { readonly kind: 'sampled'; readonly paths: readonly RawName[]; readonly identify: boolean }
  | { readonly kind: 'full'; readonly path: RawName }

export type HashReply =
  | { readonly kind: 'sampled'; readonly batch: HashBatch }
  | { readonly kind: 'full'; readonly result: HashResult }

/** How a file of a batch fared; `HashBatch.states` holds the index in this list. */
export const hashStates = ['hashed', 'tooFresh', 'changed', 'failed'] as const

/** The outcome for each path, in the order they were asked; packed, so that a batch moves between threads as a few buffers. */
export interface HashBatch {
  /** 32 bytes a file; zeros where there is no hash. */
  readonly hashes: Uint8Array
  /** Index into `hashStates`. */
  readonly states: Uint8Array
  /** The file that was hashed, as `fstat` had it: bytes, whole milliseconds, and the nanoseconds that remain. */
  readonly sizes: Float64Array
  readonly mtimes: Float64Array
  readonly mtimeNs: Uint32Array
  /** When each file was last changed or renamed, in whole milliseconds. */
  readonly ctimes: Float64Array
  readonly errors: readonly HashError[]
  /** Null where it was not asked for. */
  readonly types: TypeBatch | null
}

export interface HashError {
  /** Which path. */
  readonly index: number
  /** A system code (`EACCES`), or `ENOTFILE`, or `EENDLESS`. */
  readonly code: string
  readonly message: string
}

/** What each file's content is, as far as its bytes and name tell. */
export interface TypeBatch {
  /** Index into `fileTypeTable` (see `definitionAt`); `NO_DEFINITION` where nothing is known. */
  readonly definitions: Uint16Array
  /** 0–100. */
  readonly confidences: Uint8Array
  readonly conflicts: readonly TypeConflict[]
}

/** A file whose name says one type and whose bytes say another. */
export interface TypeConflict {
  /** Which path. */
  readonly index: number
  readonly extension: string
  /** The id of the definition the bytes fit. */
  readonly looksLike: string
}

export const NO_DEFINITION = 0xffff
