import type { RecvStream, SendStream } from '@number0/iroh'
import { CoreError } from '../../../util/errors.ts'
import type { ByteStream } from '../transport.ts'
import { arrayToBytes, bytesToArray } from './byte-array.ts'
import { irohMessage } from './iroh-errors.ts'

/** Most bytes that cross into Iroh or out of it at once: they take a few milliseconds, in which nothing else runs. */
const CHUNK_BYTES = 32_768
/** What the other side's Iroh is told of a stream that was given up. */
const GIVEN_UP = 1n

/**
 * A QUIC stream. Iroh lets nothing stop a read or a write that waits, so those are left to themselves: their promises
 * reject here at once, and the other side learns of it when the next byte or its own end comes through.
 */
export class IrohStream implements ByteStream {
  /** Let go of once both directions have ended: while Iroh's objects are held, so is its socket. */
  #halves: { readonly send: SendStream; readonly receive: RecvStream } | null
  readonly #onDone: (stream: IrohStream) => void
  readonly #waiting = new Set<(err: CoreError) => void>()
  #cut: CoreError | null = null
  #ended = false
  #finished = false

  /** `onDone` is called once, when both directions have ended: until then whoever made it holds it from being collected. */
  constructor({ send, receive, onDone }: { send: SendStream; receive: RecvStream; onDone: (s: IrohStream) => void }) {
    this.#halves = { send, receive }
    this.#onDone = onDone
  }

  async read(max: number): Promise<Uint8Array | null> {
    if (this.#cut) throw this.#cut
    if (this.#ended) return null
    const numbers = await this.#native(this.#halves!.receive.read(Math.max(1, Math.min(max, CHUNK_BYTES))))
    if (numbers.length > 0) return arrayToBytes(numbers)
    this.#ended = true
    this.#doneIfBoth()
    return null
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
      this.#mayWrite()
      await this.#native(this.#halves!.send.writeAll(bytesToArray(bytes.subarray(at, at + CHUNK_BYTES))))
    }
    this.#mayWrite()
  }

  async finish(): Promise<void> {
    if (this.#finished) return
    if (this.#cut) throw this.#cut
    this.#finished = true
    await this.#native(this.#halves!.send.finish())
    this.#doneIfBoth()
  }

  abort(): void {
    this.cut(new CoreError('Unavailable', 'the stream was given up'))
  }

  /** Ends what is waiting with `reason`. What was finished before still reaches the other side. */
  cut(reason: CoreError): void {
    if (this.#cut || (this.#ended && this.#finished)) return
    this.#cut = reason
    // Either waits until what runs on its side of the stream is over, and fails where that was its end.
    if (!this.#ended) this.#halves!.receive.stop(GIVEN_UP).catch(() => {})
    if (!this.#finished) this.#halves!.send.reset(GIVEN_UP).catch(() => {})
    for (const reject of this.#waiting) reject(reason)
    this.#letGo()
  }

  #mayWrite(): void {
    if (this.#cut) throw this.#cut
    if (this.#finished) throw new CoreError('InvalidInput', 'the stream was finished: nothing more is written')
  }

  async #native<T>(promise: Promise<T>): Promise<T> {
    const { promise: either, resolve, reject } = Promise.withResolvers<T>()
    this.#waiting.add(reject)
    promise.then(resolve, (err: unknown) => reject(this.#broken(err)))
    try {
      return await either
    } finally {
      this.#waiting.delete(reject)
    }
  }

  // Whoever resets a stream takes nothing more either; a stop is only about what we write.
  #broken(err: unknown): CoreError {
    if (this.#cut) return this.#cut
    const message = irohMessage(err)
    const broken = new CoreError('Unavailable', sentence(message), { cause: err })
    if (!message.startsWith('Stopped')) this.cut(broken)
    return broken
  }

  #doneIfBoth(): void {
    if (this.#ended && this.#finished) this.#letGo()
  }

  #letGo(): void {
    this.#halves = null
    this.#onDone(this)
  }
}

function sentence(message: string): string {
  if (/^(Reset|Stopped)/.test(message)) return 'the other device gave up the stream'
  if (/ConnectionLost|LocallyClosed|ApplicationClosed/.test(message)) return 'the connection has ended'
  return `the stream is broken: ${message}`
}
