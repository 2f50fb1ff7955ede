import type { Duplex } from 'node:stream'
import { deserialize, serialize } from 'node:v8'

/** The descriptor of the channel in a process of a pool. */
export const CHANNEL = 3

/** Number of bytes before each message, which contain its length. */
const LENGTH_BYTES = 4

/**
 * Messages between a pool and its process. A process that is controlled by a hostile file can send any bytes. Node's
 * own channel is not used: it keeps messages of any length, accepts descriptors, and throws in the daemon if a message
 * is damaged.
 */
export class ProcessChannel {
  readonly #stream: Duplex
  readonly #maxBytes: number
  readonly #check: (message: Buffer) => void
  readonly #head = Buffer.alloc(LENGTH_BYTES)
  /** The message that is arriving; null until its length is known. */
  #body: Buffer | null = null
  /** Number of received bytes of the length or of the body. */
  #filled = 0

  /** Refuses messages of more than `maxBytes`, and those for which `check` throws; `check` gets the bytes. */
  constructor(stream: Duplex, maxBytes: number, check: (message: Buffer) => void = () => {}) {
    this.#stream = stream
    this.#maxBytes = maxBytes
    this.#check = check
  }

  send(message: unknown): void {
    const body = serialize(message)
    const head = Buffer.alloc(LENGTH_BYTES)
    head.writeUInt32LE(body.length, 0)
    this.#stream.write(Buffer.concat([head, body]))
  }

  /**
   * Passes each message to `onMessage` as it arrives. If a message is too large, cannot be read, or `onMessage` throws,
   * `onBroken` is called and reading stops.
   */
  receive(onMessage: (message: unknown) => void, onBroken: (err: unknown) => void): void {
    const onData = (chunk: Buffer) => {
      try {
        for (const message of this.#add(chunk)) onMessage(message)
      } catch (err) {
        this.#stream.off('data', onData).destroy()
        onBroken(err)
      }
    }
    // The end of the process or of the pool reports the reason.
    this.#stream.on('data', onData).on('error', () => {})
  }

  *#add(chunk: Buffer): Generator {
    for (let at = 0; at < chunk.length || this.#isWhole;) {
      const part = this.#body ?? this.#head
      const copied = chunk.copy(part, this.#filled, at)
      at += copied
      this.#filled += copied
      if (!this.#isWhole) return
      this.#filled = 0
      if (this.#body === null) {
        const length = this.#head.readUInt32LE(0)
        if (length > this.#maxBytes) throw new Error(`a message of ${length} bytes; ${this.#maxBytes} are allowed`)
        // A separate buffer instead of the shared pool, because byte arrays in a message share this memory.
        this.#body = Buffer.allocUnsafeSlow(length)
      } else {
        const body = this.#body
        this.#body = null
        this.#check(body)
        yield deserialize(body)
      }
    }
  }

  get #isWhole(): boolean {
    return this.#filled === (this.#body ?? this.#head).length
  }
}
