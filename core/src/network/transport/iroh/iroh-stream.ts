import type { RecvStream, SendStream } from '@number0/iroh'
import { CoreError } from '../../../util/errors.ts'
import type { ByteStream } from '../transport.ts'
import { arrayToBytes, bytesToArray } from './byte-array.ts'
import { irohMessage } from './iroh-errors.ts'

/**
 * Maximum number of bytes that are passed to or from Iroh at once. That takes a few milliseconds, during which no
 * other code runs.
 */
const CHUNK_BYTES = 32_768
/** The code that tells the other side's Iroh that a stream was aborted. */
const GIVEN_UP = 1n

/**
 * A QUIC stream. A waiting read or write of Iroh cannot be cancelled. Therefore its promise here rejects at once, but
 * the other side is told only when Iroh's call returns.
 */
export class IrohStream implements ByteStream {
  /** Null once both directions have ended, because references to Iroh's objects keep its socket open. */
  #halves: { readonly send: SendStream; readonly receive: RecvStream } | null
  readonly #onDone: (stream: IrohStream) => void
  readonly #waiting = new Set<(err: CoreError) => void>()
  #cut: CoreError | null = null
  #ended = false
  #finished = false

  /**
   * `onDone` is called once, when both directions have ended. Until then the owner must hold a reference to the stream.
   */
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
    this.cut(new CoreError('Unavailable', 'the stream was cancelled'))
  }

  /** Rejects waiting calls with `reason`. Data from before a `finish` still reaches the other side. */
  cut(reason: CoreError): void {
    if (this.#cut || (this.#ended && this.#finished)) return
    this.#cut = reason
    // In each direction, the call waits for Iroh's running call. It fails if that call has ended the direction.
    if (!this.#ended) this.#halves!.receive.stop(GIVEN_UP).catch(() => {})
    if (!this.#finished) this.#halves!.send.reset(GIVEN_UP).catch(() => {})
    for (const reject of this.#waiting) reject(reason)
    this.#letGo()
  }

  #mayWrite(): void {
    if (this.#cut) throw this.#cut
    if (this.#finished) throw new CoreError('InvalidInput', 'cannot write to a finished stream')
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

  // If the other side resets the stream, it does not read either, so both directions end. If it stops reading
  // ("Stopped"), only writing ends.
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
