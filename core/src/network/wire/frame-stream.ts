import { Packr, Unpackr } from 'msgpackr'
import type { z } from 'zod'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { ByteStream } from '../transport/transport.ts'

/** Bytes of the length before each frame: an unsigned 32-bit number, the most significant byte first. */
export const LENGTH_BYTES = 4
/** Most bytes asked of a stream at once. */
const READ_BYTES = 65_536

const packr = new Packr({ useRecords: false, variableMapSize: true })
// What a peer sends makes no classes, no records, and no number that is not one.
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number', mapsAsObjects: true })

/**
 * Messages over a stream of bytes: a length, then that many bytes of MessagePack. A frame over the limit is refused
 * before a byte of it is kept, and ends the stream.
 */
export class FrameStream {
  readonly #stream: ByteStream
  readonly #maxFrameBytes: number
  #pending: Uint8Array[] = []
  #pendingBytes = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(stream: ByteStream, { maxFrameBytes }: { maxFrameBytes: number }) {
    this.#stream = stream
    this.#maxFrameBytes = maxFrameBytes
  }

  /** Messages leave in the order they were given. Throws `InvalidInput` for one that is too large. */
  send(message: unknown): Promise<void> {
    const body = packr.pack(message)
    if (body.length > this.#maxFrameBytes) {
      throw new CoreError('InvalidInput', `a message of ${body.length} bytes; at most ${this.#maxFrameBytes} are sent`)
    }
    const frame = new Uint8Array(LENGTH_BYTES + body.length)
    new DataView(frame.buffer).setUint32(0, body.length)
    frame.set(body, LENGTH_BYTES)
    const writing = this.#writing.then(() => this.#stream.write(frame))
    // The sender hears of the failure; the next one writes to the same broken stream.
    this.#writing = writing.catch(() => {})
    return writing
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
      return unpackr.unpack(bytes)
    } catch (err) {
      throw this.#refuse(`a message that is no MessagePack (${errorMessage(err)})`)
    }
  }

  #refuse(what: string): CoreError {
    this.#stream.abort()
    return new CoreError('InvalidInput', `the other device sent ${what}`)
  }

  async #take(count: number, { endAllowed }: { endAllowed: boolean }): Promise<Uint8Array | null> {
    while (this.#pendingBytes < count) {
      const bytes = await this.#stream.read(Math.min(READ_BYTES, Math.max(count - this.#pendingBytes, LENGTH_BYTES)))
      if (bytes === null) {
        if (endAllowed && this.#pendingBytes === 0) return null
        throw this.#refuse('the beginning of a message, and no more')
      }
      this.#pending.push(bytes)
      this.#pendingBytes += bytes.length
    }
    const all = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending)
    const rest = all.subarray(count)
    this.#pending = rest.length === 0 ? [] : [rest]
    this.#pendingBytes = rest.length
    return all.subarray(0, count)
  }
}
