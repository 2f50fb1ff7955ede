const NEWLINE = 0x0a
/** First size in bytes of the buffer for a line that arrives in pieces; most lines are shorter. */
const FIRST_BYTES = 65_536

export interface LineReaderOptions {
  /** A line with more bytes than this ends the reading. */
  readonly maxBytes: number
  readonly onLine: (line: string) => void
  readonly onTooLong: () => void
}

/** Cuts a stream of bytes into lines. A line takes at most twice its bytes, in however small pieces it comes. */
export class LineReader {
  readonly #options: LineReaderOptions
  /** The beginning of a line whose end has not come yet: the first `#size` bytes. */
  #begun = Buffer.alloc(0)
  #size = 0
  #stopped = false

  constructor(options: LineReaderOptions) {
    this.#options = options
  }

  push(chunk: Buffer): void {
    let start = 0
    while (!this.#stopped) {
      const end = chunk.indexOf(NEWLINE, start)
      if (end === -1) return this.#keep(chunk.subarray(start))
      this.#finish(chunk.subarray(start, end))
      start = end + 1
    }
  }

  /** No line is given any more, not even from the bytes already there. */
  stop(): void {
    this.#stopped = true
    this.#forget()
  }

  #finish(rest: Buffer): void {
    if (this.#isTooLong(rest)) return
    if (this.#size > 0) this.#append(rest)
    const line = this.#size > 0 ? this.#begun.toString('utf8', 0, this.#size) : rest.toString('utf8')
    this.#forget()
    if (line !== '') this.#options.onLine(line)
  }

  #keep(part: Buffer): void {
    if (part.length > 0 && !this.#isTooLong(part)) this.#append(part)
  }

  #isTooLong(part: Buffer): boolean {
    if (this.#size + part.length <= this.#options.maxBytes) return false
    this.stop()
    this.#options.onTooLong()
    return true
  }

  #append(part: Buffer): void {
    const needed = this.#size + part.length
    if (needed > this.#begun.length) {
      const larger = Buffer.allocUnsafe(Math.max(FIRST_BYTES, 2 * this.#begun.length, needed))
      this.#begun.copy(larger, 0, 0, this.#size)
      this.#begun = larger
    }
    part.copy(this.#begun, this.#size)
    this.#size = needed
  }

  #forget(): void {
    this.#begun = Buffer.alloc(0)
    this.#size = 0
  }
}
