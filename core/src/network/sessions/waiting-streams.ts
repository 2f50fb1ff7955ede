import type { ByteStream } from '../transport/transport.ts'
import { MAX_OPENING_STREAMS } from './limits.ts'

/** Keeps the streams that the other side opens before both sides have said hello. Only a few may wait. */
export class WaitingStreams {
  readonly #first = Promise.withResolvers<ByteStream>()
  #needsFirst: boolean
  #waiting: ByteStream[] = []
  #serve: ((stream: ByteStream) => void) | null = null

  constructor({ firstIsControl = true }: { firstIsControl?: boolean } = {}) {
    this.#needsFirst = firstIsControl
  }

  /** The control stream of an incoming link. */
  get first(): Promise<ByteStream> {
    return this.#first.promise
  }

  take(stream: ByteStream): void {
    if (this.#needsFirst) {
      this.#needsFirst = false
      this.#first.resolve(stream)
    } else if (this.#serve) this.#serve(stream)
    else if (this.#waiting.length < MAX_OPENING_STREAMS) this.#waiting.push(stream)
    else stream.abort()
  }

  open(serve: (stream: ByteStream) => void): void {
    this.#serve = serve
    for (const stream of this.#waiting.splice(0)) serve(stream)
  }

  abort(): void {
    for (const stream of this.#waiting.splice(0)) stream.abort()
  }
}
