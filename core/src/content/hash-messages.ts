import type { RawName } from '../util/file-name.ts'
import type { HashResult } from './content-hash.ts'

/** A request to a hash worker. */
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
  /** 32 bytes per file; zeros if there is no hash. */
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
  /** Null if types were not requested. */
  readonly types: TypeBatch | null
}

export interface HashError {
  /** Which path. */
  readonly index: number
  /** A system code (`EACCES`), or `ENOTFILE`, or `EENDLESS`. */
  readonly code: string
  readonly message: string
}

/** The type of each file's content, determined from its bytes and name. */
export interface TypeBatch {
  /** Index into `fileTypeTable` (see `definitionAt`); `NO_DEFINITION` if the type is unknown. */
  readonly definitions: Uint16Array
  /** 0–100. */
  readonly confidences: Uint8Array
  readonly conflicts: readonly TypeConflict[]
}

/** A file whose name suggests one type and whose bytes suggest another. */
export interface TypeConflict {
  /** Which path. */
  readonly index: number
  readonly extension: string
  /** The id of the definition the bytes fit. */
  readonly looksLike: string
}

export const NO_DEFINITION = 0xffff
