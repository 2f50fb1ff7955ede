import { CoreError, displayName, type SourceFile } from '@spacedrive/core'
import type { ByteRange } from './byte-ranges.ts'

/** A piece of an answer: bytes as they are, or those of the file. */
export type Piece = Uint8Array | ByteRange

/** Read and sent at once: each chunk wakes a thread to read it. Larger ones are no faster, and each client has two of them. */
export const CHUNK_BYTES = 524_288

/** An answer from an open file, chunk by chunk. It owns the file, and closes it at its end. */
export class FileChunks {
  readonly #file: SourceFile
  readonly #pieces: readonly Piece[]
  #at = 0
  /** Bytes of the current piece that are read already. */
  #done = 0
  #closed: Promise<void> | null = null

  constructor(file: SourceFile, pieces: readonly Piece[]) {
    this.#file = file
    this.#pieces = pieces.filter((piece) => lengthOf(piece) > 0)
  }

  /** Number of bytes of all pieces together. */
  get length(): number {
    return this.#pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)
  }

  /**
   * Reads the next chunk into `space`. Null at the end. Throws `Conflict` if the file has changed since it was opened.
   * The last chunk is then withheld, so that the reader notices.
   */
  async next(space: Uint8Array): Promise<Uint8Array | null> {
    try {
      const piece = this.#pieces[this.#at]
      if (!piece) {
        await this.close()
        return null
      }
      const chunk = piece instanceof Uint8Array ? piece : await this.#read(piece, space)
      this.#done += chunk.length
      if (this.#done === lengthOf(piece)) {
        this.#at++
        this.#done = 0
      }
      if (this.#at === this.#pieces.length) await this.#file.verify()
      return chunk
    } catch (err) {
      await this.close()
      throw err
    }
  }

  /** All bytes in one array. */
  async all(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(this.length)
    let length = 0
    for (;;) {
      const chunk = await this.next(bytes.subarray(length))
      if (!chunk) return bytes
      if (chunk.byteOffset !== length || chunk.buffer !== bytes.buffer) bytes.set(chunk, length)
      length += chunk.length
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#file.close()
    return this.#closed
  }

  async #read({ first, last }: ByteRange, space: Uint8Array): Promise<Uint8Array> {
    const position = first + this.#done
    const length = Math.min(space.length, last + 1 - position)
    const { bytesRead } = await this.#file.read(space, 0, length, position)
    if (bytesRead === 0) throw this.#changed()
    return space.subarray(0, bytesRead)
  }

  #changed(): CoreError {
    return new CoreError(
      'Conflict',
      `${displayName(this.#file.name)} changed while it was being sent; request it again`,
    )
  }
}

function lengthOf(piece: Piece): number {
  return piece instanceof Uint8Array ? piece.length : piece.last + 1 - piece.first
}
