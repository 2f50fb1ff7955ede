import type { RawName } from '../util/file-name.ts'
import type { HashResult } from './content-hash.ts'

/** A request to a hash worker. */
export type HashRequest =
  | { readonly kind: 'sampled'; readonly paths: readonly RawName[]; readonly identify: boolean }
  | { readonly kind: 'full'; readonly path: RawName }

export type HashReply =
  | { readonly kind: 'sampled'; readonly batch: HashBatch }
  | { readonly kind: 'full'; readonly result: HashResult }

/** The outcome for one file of a batch; `HashBatch.states` holds the index in this list. */
export const hashStates = ['hashed', 'tooFresh', 'changed', 'failed'] as const

/**
 * The outcome for each path, in the order of the request. It is packed into a few buffers, so that sending it to
 * another thread is cheap.
 */
export interface HashBatch {
  /** 32 bytes per file; zeros if there is no hash. */
  readonly hashes: Uint8Array
  /** Index into `hashStates`. */
  readonly states: Uint8Array
  /**
   * Facts from the `fstat` of the hashed file: its size in bytes, its mtime in whole milliseconds, and the remaining
   * nanoseconds.
   */
  readonly sizes: Float64Array
  readonly mtimes: Float64Array
  readonly mtimeNs: Uint32Array
  /** Time of the last change or rename of each file, in whole milliseconds. */
  readonly ctimes: Float64Array
  readonly errors: readonly HashError[]
  /** Null if types were not requested. */
  readonly types: TypeBatch | null
}

export interface HashError {
  /** Index of the path in the request. */
  readonly index: number
  /** A system code (`EACCES`), or `ENOTFILE`, or `EENDLESS`. */
  readonly code: string
  readonly message: string
}

/** The type of each file's content, determined from its bytes and name. */
export interface TypeBatch {
  /** Index into `fileTypeTable` (see `definitionAt`); `NO_DEFINITION` if the type is unknown. */
  readonly definitions: Uint16Array
  /** Confidence in percent. */
  readonly confidences: Uint8Array
  readonly conflicts: readonly TypeConflict[]
}

/** A file whose name suggests one type and whose bytes suggest another. */
export interface TypeConflict {
  /** Index of the path in the request. */
  readonly index: number
  readonly extension: string
  /** The id of the type that fits the bytes. */
  readonly looksLike: string
}

export const NO_DEFINITION = 0xffff
