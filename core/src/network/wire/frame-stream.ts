import type { z } from 'zod'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { ByteStream } from '../transport/transport.ts'
import { packMessage, unpackMessage } from './message-pack.ts'

/** Length of the number before each frame, in bytes: unsigned, 32 bits, big-endian. */
export const LENGTH_BYTES = 4
/** Maximum number of bytes that are requested from a stream at once. */
const READ_BYTES = 65_536

/**
 * Messages over a stream of bytes: a length, then that many bytes of MessagePack. A frame above the limit is refused
 * before its bytes are read, and ends the stream.
 */
export class FrameStream {
  readonly #stream: ByteStream
  readonly #maxFrameBytes: number
  #writing: Promise<void> = Promise.resolve()

  constructor(stream: ByteStream, { maxFrameBytes }: { maxFrameBytes: number }) {
    this.#stream = stream
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Sends messages in the order of the calls. Throws `InvalidInput` if a message is too large. */
  async send(message: unknown): Promise<void> {
    const body = packMessage(message)
    if (body.length > this.#maxFrameBytes) {
      throw new CoreError('InvalidInput', `a message of ${body.length} bytes; at most ${this.#maxFrameBytes} are sent`)
    }
    const frame = new Uint8Array(LENGTH_BYTES + body.length)
    new DataView(frame.buffer).setUint32(0, body.length)
    frame.set(body, LENGTH_BYTES)
    const writing = this.#writing.then(() => this.#stream.write(frame))
    // The caller of the failed send gets the error. The next send fails too, because the stream is broken.
    this.#writing = writing.catch(() => {})
    await writing
  }

  /**
   * The next message, parsed by `schema`; null at the end. If the message is not valid, throws `InvalidInput` and
   * aborts the stream, because later bytes cannot be understood either.
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

  /** Ends this direction after all sent messages. */
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

  /**
   * Reads `count` bytes. Allocates memory for received bytes, not for an announced length, and reads no byte of the
   * next message.
   */
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
