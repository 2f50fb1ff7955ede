const NEWLINE = 0x0a

export interface LineReaderOptions {
  /** A line with more bytes than this ends the reading. */
  readonly maxBytes: number
  readonly onLine: (line: string) => void
  readonly onTooLong: () => void
}

/** Cuts a stream of bytes into lines, in bounded memory: of a line that is too long nothing more is kept. */
export class LineReader {
  readonly #options: LineReaderOptions
  #parts: Buffer[] = []
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
      this.#keep(chunk.subarray(start, end))
      start = end + 1
      this.#emit()
    }
  }

  /** No line is given any more, not even from the bytes already there. */
  stop(): void {
    this.#stopped = true
    this.#parts = []
  }

  #keep(part: Buffer): void {
    this.#size += part.length
    if (this.#size > this.#options.maxBytes) {
      this.stop()
      this.#options.onTooLong()
    } else if (part.length > 0) this.#parts.push(part)
  }

  #emit(): void {
    if (this.#stopped) return
    const [first] = this.#parts
    const line = first && this.#parts.length === 1 ? first : Buffer.concat(this.#parts)
    this.#parts = []
    this.#size = 0
    if (line.length > 0) this.#options.onLine(line.toString('utf8'))
  }
}
