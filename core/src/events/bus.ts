import type { LibraryId } from '../domain/ids.ts'
import { errorMessage } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import type { Event, EventData, EventType } from './catalog.ts'
import { type EventFilter, eventFilter } from './filter.ts'
import { BufferedStream, DEFAULT_STREAM_CAPACITY, type EventStream, type StreamOptions } from './stream.ts'

export interface BusDeps {
  readonly log: Logger
  readonly now?: () => number
}

export interface Replay {
  /** The events, in the order in which they were sent. */
  readonly events: readonly Event[]
  /** False if some of the requested events are no longer kept; the client must then request the current state again. */
  readonly complete: boolean
}

/**
 * Number of the last events that are kept. They cover the time between a client's first reading and its subscription,
 * and a short loss of connection.
 */
export const KEPT_EVENTS = 1_000

interface Subscriber {
  readonly wants: (event: Event) => boolean
  readonly listener: (event: Event) => void
  active: boolean
}

/**
 * Sends every event of one engine to the listeners. Sending is synchronous and never fails: if a listener throws, the
 * error is logged, and the others are still called. Memory is bounded: the last `KEPT_EVENTS` events, and a fixed
 * buffer for each stream.
 */
export class EventBus implements Disposable {
  readonly #log: Logger
  readonly #now: () => number
  readonly #kept: Event[] = []
  readonly #waiting: Event[] = []
  readonly #streams = new Set<BufferedStream>()
  /** Replaced as a whole, never changed, so that a delivery in progress is not disturbed. */
  #subscribers: readonly Subscriber[] = []
  #seq = 0
  #delivering = false
  #stamp = { ms: Number.NaN, text: '' }

  constructor(deps: BusDeps) {
    this.#log = deps.log
    this.#now = deps.now ?? Date.now
  }

  /** The number of the last event; 0 before the first. */
  get lastSeq(): number {
    return this.#seq
  }

  /**
   * Sends an event to all listeners, which get all events in the same order. `libraryId` is null for events of the
   * whole engine.
   */
  emit<T extends EventType>(type: T, data: EventData<T>, libraryId: LibraryId | null = null): void {
    const event = { type, data, seq: ++this.#seq, at: this.#time(), libraryId } as Event
    this.#kept[(event.seq - 1) % KEPT_EVENTS] = event
    // If a listener sends another event, all listeners must get the first event before it.
    this.#waiting.push(event)
    if (this.#delivering) return
    this.#delivering = true
    for (const next of this.#waiting) this.#deliver(next)
    this.#waiting.length = 0
    this.#delivering = false
  }

  /**
   * Calls `listener` for each event. It is called within `emit`, so it must be quick. It gets no more events after the
   * subscription is disposed.
   */
  subscribe(listener: (event: Event) => void, filter: EventFilter = {}): Disposable {
    const subscriber: Subscriber = { listener, wants: eventFilter(filter), active: true }
    this.#subscribers = [...this.#subscribers, subscriber]
    return {
      [Symbol.dispose]: () => {
        subscriber.active = false
        this.#subscribers = this.#subscribers.filter((other) => other !== subscriber)
      },
    }
  }

  /**
   * The events from now on, for a consumer that may be slow: if its buffer is full, the oldest events are replaced by
   * a `missed` mark.
   */
  stream(filter: EventFilter = {}, options: StreamOptions = {}): EventStream {
    const subscription = this.subscribe((event) => stream.push(event), filter)
    const { signal } = options
    const end = () => stream.end()
    const stream = new BufferedStream(options.capacity ?? DEFAULT_STREAM_CAPACITY, () => {
      subscription[Symbol.dispose]()
      signal?.removeEventListener('abort', end)
      this.#streams.delete(stream)
    })
    this.#streams.add(stream)
    if (signal?.aborted) stream.end()
    else signal?.addEventListener('abort', end, { once: true })
    return stream
  }

  /**
   * The kept events after number `seq`. A stream that is opened in the same turn of the event loop continues exactly
   * after them. If `seq` is higher than this process's last number, it is from another process, and the replay is not
   * complete.
   */
  since(seq: number, filter: EventFilter = {}): Replay {
    if (seq > this.#seq) return { events: [], complete: false }
    const oldest = Math.max(1, this.#seq - KEPT_EVENTS + 1)
    const wants = eventFilter(filter)
    const events: Event[] = []
    for (let n = Math.max(oldest, seq + 1); n <= this.#seq; n++) {
      const event = this.#kept[(n - 1) % KEPT_EVENTS]
      if (event && wants(event)) events.push(event)
    }
    return { events, complete: seq + 1 >= oldest }
  }

  /** Ends every stream after its buffered events were delivered, and removes the listeners. */
  [Symbol.dispose](): void {
    for (const stream of this.#streams) stream.end()
    this.#subscribers = []
  }

  #deliver(event: Event): void {
    for (const subscriber of this.#subscribers) {
      if (!subscriber.active || !subscriber.wants(event)) continue
      try {
        subscriber.listener(event)
      } catch (err) {
        this.#log.error({ err, type: event.type, seq: event.seq }, `an event listener failed: ${errorMessage(err)}`)
      }
    }
  }

  /**
   * The current time as text. It is cached, because events in a burst have the same millisecond, and formatting the
   * time is most of the cost of an event.
   */
  #time(): string {
    const ms = this.#now()
    if (ms !== this.#stamp.ms) this.#stamp = { ms, text: new Date(ms).toISOString() }
    return this.#stamp.text
  }
}
