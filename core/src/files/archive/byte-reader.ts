import type { FileHandle } from 'node:fs/promises'

/** Bytes from the first to the last, of which some are passed over. */
export interface ByteReader {
  /** So many bytes, or fewer where there are no more. */
  take(length: number): Promise<Buffer>
  skip(length: number): Promise<void>
  /** It ended in the midst of something, or was ended. */
  readonly wasCut: boolean
}

/** Read at once: headers of small files lie close together. */
const WINDOW_BYTES = 65_536

/** What is passed over in a file is not read. */
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

/** What is passed over in a stream comes all the same, and goes. */
export class StreamReader implements ByteReader {
  readonly #chunks: AsyncIterator<Buffer>
  readonly #isEnough: () => boolean
  #chunk: Buffer = Buffer.alloc(0)
  wasCut = false

  /** `isEnough` is asked for each piece that comes; what follows is as if it were not there. */
  constructor(stream: AsyncIterable<Buffer>, isEnough: () => boolean) {
    this.#chunks = stream[Symbol.asyncIterator]()
    this.#isEnough = isEnough
  }

  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = []
    let left = length
    while (left > 0 && (await this.#fill())) {
      const part = this.#chunk.subarray(0, left)
      parts.push(part)
      left -= part.length
      this.#chunk = this.#chunk.subarray(part.length)
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  async skip(length: number): Promise<void> {
    let left = length
    while (left > 0 && (await this.#fill())) {
      const passed = Math.min(left, this.#chunk.length)
      this.#chunk = this.#chunk.subarray(passed)
      left -= passed
    }
    if (left > 0) this.wasCut = true
  }

  /** The bytes that come next, which stay where they are. */
  async peek(length: number): Promise<Buffer> {
    const taken = await this.take(length)
    this.#chunk = Buffer.concat([taken, this.#chunk])
    return taken
  }

  async #fill(): Promise<boolean> {
    while (this.#chunk.length === 0) {
      if (this.wasCut || this.#isEnough()) return this.#cut()
      // A stream that is damaged ends where it is.
      const next = await this.#chunks.next().catch(() => null)
      if (next === null) return this.#cut()
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
