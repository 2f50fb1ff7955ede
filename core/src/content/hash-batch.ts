import { fileTypes } from '../domain/file-kind.ts'
import type { HashResult } from './content-hash.ts'
import { HASH_BYTES } from './content-id.ts'
import type { Identification } from './types/identify.ts'
import { fileTypeTable } from './types/table/index.ts'
import type { FileTypeDefinition } from './types/definition.ts'

/** How a file of a batch fared; `HashBatch.states` holds the index in this list. */
export const hashStates = ['hashed', 'tooFresh', 'changed', 'failed'] as const

/** The outcome for each path, in the order they were asked, packed so that it moves between threads as a few buffers. */
export interface HashBatch {
  /** 32 bytes a file; zeros where there is no hash. */
  readonly hashes: Uint8Array
  /** Index into `hashStates`. */
  readonly states: Uint8Array
  /** The file that was hashed, as `fstat` had it: bytes, whole milliseconds, and the nanoseconds that remain. */
  readonly sizes: Float64Array
  readonly mtimes: Float64Array
  readonly mtimeNs: Uint32Array
  readonly errors: readonly HashError[]
  /** What each file is; null where it was not asked for. */
  readonly types: TypeBatch | null
}

export interface HashError {
  /** Which path. */
  readonly index: number
  /** A system code (`EACCES`), or `ENOTFILE`, or `EENDLESS`. */
  readonly code: string
  readonly message: string
}

export interface TypeBatch {
  /** Index into `fileTypes`. */
  readonly types: Uint8Array
  /** 0–100. */
  readonly confidences: Uint8Array
  /** Which row of the table it is (`definitionAt`). */
  readonly definitions: Uint16Array
  readonly conflicts: readonly TypeConflict[]
}

/** A file whose name says one type and whose bytes say another. */
export interface TypeConflict {
  readonly index: number
  readonly extension: string
  /** The id of the type that the bytes fit. */
  readonly looksLike: string
}

const NO_DEFINITION = 0xffff

/** The table's row for an index of `TypeBatch.definitions`; null where nothing is known of the file. */
export function definitionAt(index: number): FileTypeDefinition | null {
  return fileTypeTable[index] ?? null
}

const definitionIndexes = new Map(fileTypeTable.map((definition, index) => [definition, index]))

/** Collects results, each at its place. */
export class HashBatchBuilder {
  readonly #hashes: Uint8Array<ArrayBuffer>
  readonly #states: Uint8Array<ArrayBuffer>
  readonly #sizes: Float64Array<ArrayBuffer>
  readonly #mtimes: Float64Array<ArrayBuffer>
  readonly #mtimeNs: Uint32Array<ArrayBuffer>
  readonly #errors: HashError[] = []
  readonly #types: Uint8Array<ArrayBuffer>
  readonly #confidences: Uint8Array<ArrayBuffer>
  readonly #definitions: Uint16Array<ArrayBuffer>
  readonly #conflicts: TypeConflict[] = []

  constructor(count: number) {
    this.#hashes = new Uint8Array(count * HASH_BYTES)
    this.#states = new Uint8Array(count)
    this.#sizes = new Float64Array(count)
    this.#mtimes = new Float64Array(count)
    this.#mtimeNs = new Uint32Array(count)
    this.#types = new Uint8Array(count)
    this.#confidences = new Uint8Array(count)
    this.#definitions = new Uint16Array(count).fill(NO_DEFINITION)
  }

  setResult(index: number, result: HashResult): void {
    this.#states[index] = hashStates.indexOf(result.state)
    if (result.state === 'failed') this.#errors.push({ index, code: result.code, message: result.message })
    if (result.state !== 'hashed' && result.state !== 'tooFresh') return
    this.#hashes.set(result.hash, index * HASH_BYTES)
    this.#sizes[index] = result.size
    this.#mtimes[index] = result.mtime
    this.#mtimeNs[index] = result.mtimeNs
  }

  setType(index: number, { definition, confidence, conflict }: Identification): void {
    this.#types[index] = definition ? fileTypes.indexOf(definition.category) : 0
    this.#confidences[index] = confidence
    this.#definitions[index] = definition ? definitionIndexes.get(definition)! : NO_DEFINITION
    if (conflict) this.#conflicts.push({ index, ...conflict })
  }

  build(options: { readonly types: boolean }): HashBatch {
    const types = {
      types: this.#types,
      confidences: this.#confidences,
      definitions: this.#definitions,
      conflicts: this.#conflicts,
    }
    return {
      hashes: this.#hashes,
      states: this.#states,
      sizes: this.#sizes,
      mtimes: this.#mtimes,
      mtimeNs: this.#mtimeNs,
      errors: this.#errors,
      types: options.types ? types : null,
    }
  }
}
