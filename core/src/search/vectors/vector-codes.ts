import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { codeId } from './vector-code.ts'

/** Codes kept in memory, in bytes; they are outside the heap. */
const MAX_KEPT_BYTES = 128 * 1_048_576

/** Reads single vectors from the database, and keeps what it has read. */
export class VectorCodes {
  readonly #bytes: number
  readonly #select: StatementSync
  readonly #kept = new Map<number, Int16Array>()

  constructor(db: DatabaseSync, dimensions: number) {
    this.#bytes = dimensions * 2
    this.#select = db.prepare('select code from vector_codes where id = ?')
  }

  /** One vector of the row of a file; null where it was removed just now. */
  read(vectorsId: number, chunk: number): Int16Array | null {
    const id = codeId(vectorsId, chunk)
    const kept = this.#kept.get(id)
    if (kept) return kept
    const bytes = this.#select.get(id)?.['code'] as Uint8Array | undefined
    if (bytes?.length !== this.#bytes) return null
    if ((this.#kept.size + 1) * this.#bytes > MAX_KEPT_BYTES) this.#kept.clear()
    // Whatever the bytes are part of, a code has memory of its own, where numbers may begin.
    const code = new Int16Array(new Uint8Array(bytes).buffer)
    this.#kept.set(id, code)
    return code
  }
}
