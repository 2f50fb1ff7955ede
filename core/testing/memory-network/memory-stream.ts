import type { ByteStream } from '../../src/network/transport/transport.ts'
import { CoreError } from '../../src/util/errors.ts'

/** Bytes that may be on their way or unread in one direction of a stream. */
const WINDOW_BYTES = 262_144
const SEGMENT_BYTES = 65_536
/** So many bytes read, and the other side may write as many more. */
const CREDIT_BYTES = WINDOW_BYTES / 8

export type StreamMessage =
  | { readonly type: 'data'; readonly bytes: Uint8Array }
  | { readonly type: 'end' | 'reset' | 'stop' | 'done' }
  | { readonly type: 'credit'; readonly bytes: number }

export interface MemoryStreamOptions {
  readonly send: (message: StreamMessage) => void
  /** Called once, when both directions have ended on this side. */
  readonly onDone: () => void
}

export class MemoryStream implements ByteStream {
  readonly #options: MemoryStreamOptions
  readonly #unread: Uint8Array[] = []
  #room = WINDOW_BYTES
  #credit = 0
  #cut: CoreError | null = null
  #stopped: CoreError | null = null
  #otherFinished = false
  #ended = false
  #finished = false
  #changed = Promise.withResolvers<void>()

  constructor(options: MemoryStreamOptions) {
    this.#options = options
  }

  async read(max: number): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#cut) throw this.#cut
      const first = this.#unread[0]
      if (first) return this.#take(first, Math.max(1, max))
      if (this.#otherFinished) return this.#atEnd()
      await this.#changed.promise
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    // Whoever writes may use its buffer again once it is told that the bytes are gone.
    const own = Uint8Array.from(bytes)
    for (let at = 0; at < own.length; at += SEGMENT_BYTES) {
      const segment = own.subarray(at, at + SEGMENT_BYTES)
      this.#mayWrite()
      while (this.#room < segment.length) {
        await this.#changed.promise
        this.#mayWrite()
      }
      this.#room -= segment.length
      this.#options.send({ type: 'data', bytes: segment })
    }
    this.#mayWrite()
  }

  async finish(): Promise<void> {
    if (this.#finished) return
    if (this.#cut) throw this.#cut
    this.#finished = true
    if (!this.#stopped) this.#options.send({ type: 'end' })
    if (this.#ended) this.#options.onDone()
  }

  abort(): void {
    this.cut(new CoreError('Unavailable', 'the stream was cancelled'))
  }

  cut(reason: CoreError): void {
    if (this.#cut || (this.#ended && this.#finished)) return
    this.#cut = reason
    if (!this.#ended) this.#options.send({ type: 'stop' })
    if (!this.#finished) this.#options.send({ type: 'reset' })
    this.#unread.length = 0
    this.#options.onDone()
    this.#notify()
  }

  arrived(message: StreamMessage): void {
    if (this.#cut) return
    if (message.type === 'data') this.#unread.push(message.bytes)
    if (message.type === 'credit') this.#room += message.bytes
    if (message.type === 'end') this.#otherFinished = true
    if (message.type === 'stop') this.#stopped = givenUp()
    if (message.type === 'reset') this.cut(givenUp())
    this.#notify()
  }

  #take(first: Uint8Array, max: number): Uint8Array {
    const taken = first.subarray(0, max)
    if (taken.length === first.length) this.#unread.shift()
    else this.#unread[0] = first.subarray(max)
    this.#credit += taken.length
    if (this.#credit >= CREDIT_BYTES) {
      this.#options.send({ type: 'credit', bytes: this.#credit })
      this.#credit = 0
    }
    return taken
  }

  #atEnd(): null {
    if (this.#ended) return null
    this.#ended = true
    if (this.#finished) this.#options.onDone()
    return null
  }

  #mayWrite(): void {
    if (this.#cut) throw this.#cut
    if (this.#stopped) throw this.#stopped
    if (this.#finished) throw new CoreError('InvalidInput', 'cannot write to a finished stream')
  }

  #notify(): void {
    const { resolve } = this.#changed
    this.#changed = Promise.withResolvers<void>()
    resolve()
  }
}

function givenUp(): CoreError {
  return new CoreError('Unavailable', 'the other device gave up the stream')
}
