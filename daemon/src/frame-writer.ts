import type { Carrier } from './carrier.ts'
import type { ServerLimits } from './limits.ts'

/** Large frames go out in pieces, so that a slow client that does read is told from one that does not. */
const PIECE_BYTES = 256 * 1024

export interface FrameWriterOptions extends Pick<ServerLimits, 'unreadBytes' | 'stalledMs'> {
  /** The client has read nothing for `stalledMs` though it should. */
  readonly onStalled: () => void
  /** Less than `unreadBytes` wait again. */
  readonly onDrained: () => void
}

/** Writes JSON documents to a client, and knows how much the client has not read yet. */
export class FrameWriter implements Disposable {
  readonly #carrier: Carrier
  readonly #options: FrameWriterOptions
  #unread = 0
  #stall: NodeJS.Timeout | null = null
  #waiting: (() => void)[] = []
  #closed = false

  constructor(carrier: Carrier, options: FrameWriterOptions) {
    this.#carrier = carrier
    this.#options = options
  }

  /** Whether more waits than a client should leave unread. */
  get isFull(): boolean {
    return this.#unread > this.#options.unreadBytes
  }

  send(document: unknown): void {
    if (this.#closed) return
    const bytes = Buffer.from(JSON.stringify(document))
    this.#unread += bytes.length
    for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
      const piece = bytes.subarray(start, start + PIECE_BYTES)
      this.#carrier.write(piece, start + PIECE_BYTES >= bytes.length, () => this.#written(piece.length))
    }
    if (this.isFull) this.#stall ??= setTimeout(this.#options.onStalled, this.#options.stalledMs)
  }

  /** Settles when the client has caught up, or is gone. */
  async drained(): Promise<void> {
    if (this.#closed || !this.isFull) return
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  [Symbol.dispose](): void {
    this.#closed = true
    if (this.#stall) clearTimeout(this.#stall)
    this.#wake()
  }

  #written(bytes: number): void {
    if (this.#closed) return
    this.#unread -= bytes
    this.#stall?.refresh()
    if (this.isFull) return
    if (this.#stall) {
      clearTimeout(this.#stall)
      this.#stall = null
      this.#options.onDrained()
    }
    this.#wake()
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}
