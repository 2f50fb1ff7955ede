import { closeSync, openSync, readSync } from 'node:fs'
import { HEADER_BYTES, readVectorHeader } from '../../sidecars/vector-file.ts'

/** Vectors kept in memory, in bytes; they are outside the heap. */
const MAX_KEPT_BYTES = 128 * 1_048_576

/** One vector of one file. */
export interface VectorPlace {
  /** A number for the file, another one when it was made again. */
  readonly file: number
  /** Which of its vectors. */
  readonly chunk: number
}

/** Numbers of files times this, plus chunks, name vectors. */
const CHUNKS_PER_FILE = 4_096

/** Reads single vectors from the files of sidecars, and keeps what it has read. */
export class ExactVectors {
  readonly #dimensions: number
  readonly #kept = new Map<number, Float32Array>()
  readonly #names = new Map<number, number>()

  constructor(dimensions: number) {
    this.#dimensions = dimensions
  }

  /**
   * The vectors of some chunks of a file, in their order, and the first chunk that is a name; null where the file is gone, or
   * is not what its sketches were made of.
   */
  read(file: number, path: () => string, chunks: readonly number[]) {
    const names = this.#names.get(file)
    const known = chunks.map((chunk) => this.#kept.get(file * CHUNKS_PER_FILE + chunk))
    if (names !== undefined && !known.includes(undefined)) return { vectors: known as Float32Array[], names }
    return this.#readFile(file, path(), chunks)
  }

  #readFile(file: number, path: string, chunks: readonly number[]) {
    let open
    try {
      open = openSync(path, 'r')
      const start = new Uint8Array(HEADER_BYTES)
      readSync(open, start, 0, HEADER_BYTES, 0)
      const header = readVectorHeader(start)
      if (header?.dimensions !== this.#dimensions) return null
      const names = header.count - header.names
      const size = this.#dimensions * 4
      const vectors: Float32Array[] = []
      for (const chunk of chunks) {
        const vector = new Float32Array(this.#dimensions)
        const read = readSync(open, new Uint8Array(vector.buffer), 0, size, HEADER_BYTES + chunk * size)
        if (chunk >= header.count || read < size) return null
        vectors.push(vector)
      }
      this.#keep(file, names, chunks, vectors)
      return { vectors, names }
    } catch {
      // The library's `sidecar verify` says what is wrong with it.
      return null
    } finally {
      if (open !== undefined) closeSync(open)
    }
  }

  #keep(file: number, names: number, chunks: readonly number[], vectors: readonly Float32Array[]): void {
    if ((this.#kept.size + vectors.length) * this.#dimensions * 4 > MAX_KEPT_BYTES) {
      this.#kept.clear()
      this.#names.clear()
    }
    this.#names.set(file, names)
    for (const [i, chunk] of chunks.entries()) this.#kept.set(file * CHUNKS_PER_FILE + chunk, vectors[i]!)
  }
}
