import { CoreError, displayName, type OpenFile } from '@spacedrive/core'
import type { ByteRange } from './byte-ranges.ts'

/** A piece of an answer: bytes as they are, or those of the file. */
export type Piece = Uint8Array | ByteRange

/** Read and sent at once. Larger ones are no faster (bench/media-ranges.ts), and each client has up to three of them. */
export const CHUNK_BYTES = 262_144

/** An answer from an open file, chunk by chunk. It owns the file, and closes it at its end. */
export class FileChunks {
  readonly #file: OpenFile
  readonly #pieces: readonly Piece[]
  #at = 0
  /** Bytes of the current piece that are read already. */
  #done = 0
  #closed: Promise<void> | null = null

  constructor(file: OpenFile, pieces: readonly Piece[]) {
    this.#file = file
    this.#pieces = pieces.filter((piece) => lengthOf(piece) > 0)
  }

  /** Bytes of all of it. */
  get length(): number {
    return this.#pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)
  }

  /**
   * Null at the end. Throws `Conflict` where the file is not what it was when it was opened: then the last chunk was not
   * given out, so that whoever reads notices.
   */
  async next(): Promise<Uint8Array | null> {
    try {
      const piece = this.#pieces[this.#at]
      if (!piece) {
        await this.close()
        return null
      }
      const chunk = piece instanceof Uint8Array ? piece : await this.#read(piece)
      this.#done += chunk.length
      if (this.#done === lengthOf(piece)) {
        this.#at++
        this.#done = 0
      }
      if (this.#at === this.#pieces.length) await this.#end()
      return chunk
    } catch (err) {
      await this.close()
      throw err
    }
  }

  /** All that is left, at once. */
  async all(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(this.length)
    let length = 0
    for (let chunk = await this.next(); chunk; chunk = await this.next()) {
      bytes.set(chunk, length)
      length += chunk.length
    }
    return bytes
  }

  /** A body that reads only as fast as it is read, and gives the file back when nobody reads it any more. */
  stream(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const chunk = await this.next()
        if (chunk) controller.enqueue(chunk)
        else controller.close()
      },
      cancel: () => this.close(),
    })
  }

  close(): Promise<void> {
    this.#closed ??= this.#file.handle.close()
    return this.#closed
  }

  async #read({ first, last }: ByteRange): Promise<Uint8Array> {
    const position = first + this.#done
    const length = Math.min(CHUNK_BYTES, last + 1 - position)
    const { buffer, bytesRead } = await this.#file.handle.read(Buffer.allocUnsafeSlow(length), 0, length, position)
    if (bytesRead === 0) throw this.#changed()
    return buffer.subarray(0, bytesRead)
  }

  async #end(): Promise<void> {
    const { mtimeNs, size } = await this.#file.handle.stat({ bigint: true })
    const { stats } = this.#file
    if (size !== stats.size || mtimeNs !== stats.mtimeNs) throw this.#changed()
  }

  #changed(): CoreError {
    return new CoreError('Conflict', `${displayName(this.#file.path)} was changed while it was sent; ask for it again`)
  }
}

function lengthOf(piece: Piece): number {
  return piece instanceof Uint8Array ? piece.length : piece.last + 1 - piece.first
}
