import type { DatabaseSync } from '../../db/sqlite.ts'
import { type RowStatement, withTuples } from '../../db/typed-rows.ts'
import { codeId } from './vector-code.ts'

/** Limit on codes in memory, in bytes. They are outside the JavaScript heap. */
const MAX_KEPT_BYTES = 128 * 1_048_576

/** Identifies a vector by the row of its file and its index in the file. */
export interface VectorPlace {
  readonly vectorsId: number
  readonly chunk: number
}

/** Reads single vectors from the database, and caches them. */
export class VectorCodes {
  readonly #bytes: number
  readonly #select: RowStatement<[id: number, code: Uint8Array]>
  readonly #kept = new Map<number, Int16Array>()

  constructor(db: DatabaseSync, dimensions: number) {
    this.#bytes = dimensions * 2
    this.#select = withTuples<[id: number, code: Uint8Array]>(
      db.prepare('select v.id, v.code from json_each(?) wanted cross join vector_codes v on v.id = wanted.value'),
    )
  }

  /** Loads vectors for `get` with one statement, which takes a third of the time of one statement for each. */
  read(places: readonly VectorPlace[]): void {
    if ((this.#kept.size + places.length) * this.#bytes > MAX_KEPT_BYTES) this.#kept.clear()
    const missing = places.map(({ chunk, vectorsId }) => codeId(vectorsId, chunk)).filter((id) => !this.#kept.has(id))
    if (missing.length === 0) return
    const rows = this.#select.all(JSON.stringify(missing))
    for (const [id, bytes] of rows) {
      // The copy gives each code separate, aligned memory, because `bytes` may be part of a larger buffer.
      if (bytes.length === this.#bytes) this.#kept.set(id, new Int16Array(new Uint8Array(bytes).buffer))
    }
  }

  /** A vector that the last `read` has loaded; null if it was removed just now. */
  get({ chunk, vectorsId }: VectorPlace): Int16Array | null {
    return this.#kept.get(codeId(vectorsId, chunk)) ?? null
  }
}
