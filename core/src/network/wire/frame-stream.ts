import type { z } from 'zod'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { ByteStream } from '../transport/transport.ts'
import { packMessage, unpackMessage } from './message-pack.ts'

/** Bytes of the length before each frame: an unsigned 32-bit number, the most significant byte first. */
export const LENGTH_BYTES = 4
/** Most bytes asked of a stream at once. */
const READ_BYTES = 65_536

/**
 * Messages over a stream of bytes: a length, then that many bytes of MessagePack. A frame over the limit is refused
 * before a byte of it is kept, and ends the stream.
 */
export class FrameStream {
  readonly #stream: ByteStream
  readonly #maxFrameBytes: number
  #writing: Promise<void> = Promise.resolve()

  constructor(stream: ByteStream, { maxFrameBytes }: { maxFrameBytes: number }) {
    this.#stream = stream
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Messages leave in the order they were given. Throws `InvalidInput` for one that is too large. */
  async send(message: unknown): Promise<void> {
    const body = packMessage(message)
    if (body.length > this.#maxFrameBytes) {
      throw new CoreError('InvalidInput', `a message of ${body.length} bytes; at most ${this.#maxFrameBytes} are sent`)
    }
    const frame = new Uint8Array(LENGTH_BYTES + body.length)
    new DataView(frame.buffer).setUint32(0, body.length)
    frame.set(body, LENGTH_BYTES)
    const writing = this.#writing.then(() => this.#stream.write(frame))
    // The sender hears of the failure; the next one writes to the same broken stream.
    this.#writing = writing.catch(() => {})
    await writing
  }

  /**
   * The next message, as `schema` has it; null at the end. Throws `InvalidInput` for what is no such message, and
   * gives up the stream: what follows cannot be understood either.
   */
  async receive<S extends z.ZodType>(schema: S): Promise<z.output<S> | null> {
    const head = await this.#take(LENGTH_BYTES, { endAllowed: true })
    if (!head) return null
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
    if (length > this.#maxFrameBytes) {
      throw this.#refuse(`a message of ${length} bytes; at most ${this.#maxFrameBytes} are taken`)
    }
    const body = await this.#take(length, { endAllowed: false })
    const message = schema.safeParse(this.#unpack(body!))
    if (message.success) return message.data
    throw this.#refuse(`a message that is not understood: ${message.error.issues[0]?.message ?? 'unknown'}`)
  }

  /** Ends this side's direction after all that was sent. */
  async finish(): Promise<void> {
    await this.#writing
    await this.#stream.finish()
  }

  abort(): void {
    this.#stream.abort()
  }

  #unpack(bytes: Uint8Array): unknown {
    try {
      return unpackMessage(bytes)
    } catch (err) {
      throw this.#refuse(`a message that is none: ${errorMessage(err)}`)
    }
  }

  #refuse(what: string): CoreError {
    this.#stream.abort()
    return new CoreError('InvalidInput', `the other device sent ${what}`)
  }

  /** Takes memory for what has come, not for what a length promises; asks for no byte of the next message. */
  async #take(count: number, { endAllowed }: { endAllowed: boolean }): Promise<Uint8Array | null> {
    let taken: Uint8Array = new Uint8Array(Math.min(count, READ_BYTES))
    let filled = 0
    while (filled < count) {
      const bytes = await this.#stream.read(Math.min(READ_BYTES, count - filled))
      if (bytes === null) {
        if (endAllowed && filled === 0) return null
        throw this.#refuse('the beginning of a message, and no more')
      }
      if (filled + bytes.length > taken.length) taken = grown(taken, Math.min(count, 2 * taken.length + bytes.length))
      taken.set(bytes, filled)
      filled += bytes.length
    }
    return taken
  }
}

function grown(bytes: Uint8Array, length: number): Uint8Array {
  const larger = new Uint8Array(length)
  larger.set(bytes)
  return larger
}
