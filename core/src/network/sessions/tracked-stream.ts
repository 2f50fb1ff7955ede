import type { ByteStream } from '../transport/transport.ts'

export interface TrackedStreamDeps {
  /** Called once, before the first read. */
  readonly beforeReading?: () => Promise<void>
  /** Called when data from the other side has arrived. */
  readonly onHeard: () => void
  /** Called once, when both directions have ended. */
  readonly onEnded: () => void
}

/** Reports when data arrives and when the stream has ended. */
export class TrackedStream implements ByteStream {
  readonly #inner: ByteStream
  readonly #deps: TrackedStreamDeps
  #before: Promise<void> | null = null
  #open = { reading: true, writing: true }

  constructor(inner: ByteStream, deps: TrackedStreamDeps) {
    this.#inner = inner
    this.#deps = deps
  }

  async read(max: number): Promise<Uint8Array | null> {
    try {
      await (this.#before ??= this.#deps.beforeReading?.() ?? Promise.resolve())
      const bytes = await this.#inner.read(max)
      if (bytes === null) this.#end('reading')
      else this.#deps.onHeard()
      return bytes
    } catch (err) {
      this.abort()
      throw err
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#inner.write(bytes)
  }

  async finish(): Promise<void> {
    if (!this.#open.writing) return
    try {
      await this.#inner.finish()
    } finally {
      this.#end('writing')
    }
  }

  abort(): void {
    this.#inner.abort()
    this.#end('reading')
    this.#end('writing')
  }

  #end(direction: 'reading' | 'writing'): void {
    if (!this.#open[direction]) return
    this.#open[direction] = false
    if (!this.#open.reading && !this.#open.writing) this.#deps.onEnded()
  }
}
