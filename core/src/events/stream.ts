import type { Event } from './catalog.ts'

/**
 * Stands for `count` events that were dropped because the consumer was too slow. The consumer must request the current
 * state again.
 */
export interface Missed {
  readonly type: 'missed'
  readonly count: number
}

export interface StreamOptions {
  /** Number of events to buffer before the oldest are dropped; 1,024 by default. */
  readonly capacity?: number
  /** Aborting it ends the stream. */
  readonly signal?: AbortSignal
}

/**
 * Events for one consumer, which reads them at its own pace. The stream ends when the `for await` loop is left or the
 * stream is disposed.
 */
export interface EventStream extends AsyncIterableIterator<Event | Missed, undefined>, Disposable {}

/** A client that reads every tenth of a second can keep up with ten thousand events a second. */
export const DEFAULT_STREAM_CAPACITY = 1_024

/**
 * A buffer of fixed size between the bus and one consumer. If it is full, it drops the oldest events and counts them.
 */
export class BufferedStream implements EventStream {
  readonly #ring: (Event | undefined)[]
  readonly #onEnd: () => void
  #first = 0
  #length = 0
  #missed = 0
  #ended = false
  #wake: (() => void) | null = null

  constructor(capacity: number, onEnd: () => void) {
    this.#ring = Array.from({ length: Math.max(1, capacity) })
    this.#onEnd = onEnd
  }

  push(event: Event): void {
    const capacity = this.#ring.length
    this.#ring[(this.#first + this.#length) % capacity] = event
    if (this.#length < capacity) this.#length++
    else {
      this.#first = (this.#first + 1) % capacity
      this.#missed++
    }
    this.#wake?.()
  }

  /** Ends the stream. Buffered events are still delivered. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#onEnd()
    this.#wake?.()
  }

  async next(): Promise<IteratorResult<Event | Missed, undefined>> {
    while (true) {
      const value = this.#take()
      if (value) return { done: false, value }
      if (this.#ended) return { done: true, value: undefined }
      await this.#somethingNew()
    }
  }

  async return(): Promise<IteratorResult<Event | Missed, undefined>> {
    this[Symbol.dispose]()
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  [Symbol.dispose](): void {
    this.#length = 0
    this.#missed = 0
    this.#ring.fill(undefined)
    this.end()
  }

  #take(): Event | Missed | undefined {
    if (this.#missed > 0) {
      const count = this.#missed
      this.#missed = 0
      return { type: 'missed', count }
    }
    if (this.#length === 0) return undefined
    const event = this.#ring[this.#first]
    this.#ring[this.#first] = undefined
    this.#first = (this.#first + 1) % this.#ring.length
    this.#length--
    return event
  }

  /** Wakes all waiting calls of `next`, which then check the buffer again. */
  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      const others = this.#wake
      this.#wake = () => {
        this.#wake = null
        others?.()
        resolve()
      }
    })
  }
}
