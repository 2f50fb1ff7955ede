import type { HashResult } from './content-hash.ts'
import { HASH_BYTES } from './content-id.ts'
import { type HashBatch, type HashError, hashStates, NO_DEFINITION, type TypeConflict } from './hash-messages.ts'
import type { Identification } from './types/identify.ts'

/** Collects the results for the files of a batch, each at its index. */
export class HashBatchBuilder {
  readonly #hashes: Uint8Array
  readonly #states: Uint8Array
  readonly #sizes: Float64Array
  readonly #mtimes: Float64Array
  readonly #mtimeNs: Uint32Array
  readonly #ctimes: Float64Array
  readonly #errors: HashError[] = []
  readonly #definitions: Uint16Array
  readonly #confidences: Uint8Array
  readonly #conflicts: TypeConflict[] = []

  constructor(count: number) {
    this.#hashes = new Uint8Array(count * HASH_BYTES)
    this.#states = new Uint8Array(count)
    this.#sizes = new Float64Array(count)
    this.#mtimes = new Float64Array(count)
    this.#mtimeNs = new Uint32Array(count)
    this.#ctimes = new Float64Array(count)
    this.#definitions = new Uint16Array(count).fill(NO_DEFINITION)
    this.#confidences = new Uint8Array(count)
  }

  setResult(index: number, result: HashResult): void {
    this.#states[index] = hashStates.indexOf(result.state)
    if (result.state === 'failed') this.#errors.push({ index, code: result.code, message: result.message })
    if (result.state === 'failed' || result.state === 'changed') return
    this.#hashes.set(result.hash, index * HASH_BYTES)
    this.#sizes[index] = result.size
    this.#mtimes[index] = result.mtime
    this.#mtimeNs[index] = result.mtimeNs
    this.#ctimes[index] = result.ctime
  }

  /** `definition`: an index into `fileTypeTable`. */
  setType(
    index: number,
    { definition, confidence, conflict }: Pick<Identification, 'confidence' | 'conflict'> & { definition: number },
  ): void {
    this.#definitions[index] = definition
    this.#confidences[index] = confidence
    if (conflict) this.#conflicts.push({ index, ...conflict })
  }

  /** `types`: whether types were requested. */
  build({ types }: { readonly types: boolean }): HashBatch {
    return {
      hashes: this.#hashes,
      states: this.#states,
      sizes: this.#sizes,
      mtimes: this.#mtimes,
      mtimeNs: this.#mtimeNs,
      ctimes: this.#ctimes,
      errors: this.#errors,
      types: types
        ? { definitions: this.#definitions, confidences: this.#confidences, conflicts: this.#conflicts }
        : null,
    }
  }
}
