import type { FileHandle } from 'node:fs/promises'
import { CoreError } from './errors.ts'

/** Reads bytes in order; can skip some. */
export interface ByteReader {
  /** Returns `length` bytes, or fewer at the end. */
  take(length: number): Promise<Buffer>
  skip(length: number): Promise<void>
  /** The data ended in the middle of an item, or reading was stopped. */
  readonly wasCut: boolean
}

/** Bytes read at once, because headers of small files are close together. */
const WINDOW_BYTES = 65_536

/** Skipped bytes of a file are not read. */
export class FileReader implements ByteReader {
  readonly #file: FileHandle
  readonly #size: number
  #position = 0
  #window = Buffer.alloc(0)
  #windowAt = 0

  constructor(file: FileHandle, size: number) {
    this.#file = file
    this.#size = size
  }

  get wasCut(): boolean {
    return this.#position > this.#size
  }

  async take(length: number): Promise<Buffer> {
    const end = this.#windowAt + this.#window.length
    if (this.#position < this.#windowAt || this.#position + length > end) await this.#read(length)
    const start = this.#position - this.#windowAt
    const taken = this.#window.subarray(start, start + length)
    this.#position += taken.length
    return taken
  }

  async skip(length: number): Promise<void> {
    this.#position += length
  }

  async #read(length: number): Promise<void> {
    const space = Buffer.alloc(Math.max(length, WINDOW_BYTES))
    let done = 0
    while (done < length) {
      const { bytesRead } = await this.#file.read(space, done, space.length - done, this.#position + done)
      if (bytesRead === 0) break
      done += bytesRead
    }
    this.#window = space.subarray(0, done)
    this.#windowAt = this.#position
  }
}

/** Skipped bytes of a stream are received and discarded. */
export class StreamReader implements ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  readonly #isEnough: () => boolean
  readonly #mayBreak: boolean
  #chunk: Buffer = Buffer.alloc(0)
  wasCut = false

  /**
   * `isEnough` is called before each chunk; once it returns true, the stream counts as ended. With `mayBreak`, a stream
   * that fails counts as ended too; otherwise its error is thrown.
   */
  constructor(stream: AsyncIterable<Buffer>, { isEnough = () => false, mayBreak = false }: StreamReaderOptions = {}) {
    this.#chunks = stream[Symbol.asyncIterator]()
    this.#isEnough = isEnough
    this.#mayBreak = mayBreak
  }

  /** Ends the stream. */
  async close(): Promise<void> {
    await this.#chunks.return?.()
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let left = length
    while (left > 0 && (await this.#fill())) {
      const part = this.#next(left)
      parts.push(part)
      left -= part.length
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  async skip(length: number): Promise<void> {
    let left = length
    while (left > 0 && (await this.#fill())) left -= this.#next(left).length
    if (left > 0) this.wasCut = true
  }

  /**
   * The next `length` bytes, as they arrive. A second loop over them goes on where the first stopped. Throws `Corrupt`
   * if the stream ends too early.
   */
  pieces(length: number): AsyncIterable<Buffer> {
    let left = length
    const next = async () => {
      if (left === 0) return { done: true, value: undefined } as const
      if (!(await this.#fill())) throw new CoreError('Corrupt', 'the data ends too early')
      const value = this.#next(left)
      left -= value.length
      return { done: false, value } as const
    }
    return { [Symbol.asyncIterator]: () => ({ next }) }
  }

  /** Returns the next bytes without consuming them. */
  async peek(length: number): Promise<Buffer> {
    const taken = await this.take(length)
    this.#chunk = Buffer.concat([taken, this.#chunk])
    return taken
  }

  /** Consumes up to `length` bytes of those that have arrived. */
  #next(length: number): Buffer {
    const bytes = this.#chunk.subarray(0, length)
    this.#chunk = this.#chunk.subarray(bytes.length)
    return bytes
  }

  /** Waits until a byte has arrived; false at the end. */
  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      if (this.wasCut || this.#isEnough()) return this.#cut()
      const next = await this.#chunks.next().catch((err: unknown) => {
        if (!this.#mayBreak) throw err
      })
      if (!next) return this.#cut()
      if (next.done) return false
      this.#chunk = next.value
    }
    return true
  }

  #cut(): false {
    this.wasCut = true
    return false
  }
}

interface StreamReaderOptions {
  readonly isEnough?: () => boolean
  readonly mayBreak?: boolean
}
