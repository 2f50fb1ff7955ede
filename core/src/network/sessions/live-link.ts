import { errorMessage } from '../../util/errors.ts'
import type { Clock } from '../clock.ts'
import type { ByteStream, Link, LinkEnd } from '../transport/transport.ts'
import type { FrameStream } from '../wire/frame-stream.ts'
import { type EndReason, endReasons } from './end-reasons.ts'
import { ControlMessage } from './hello.ts'
import { DEAD_MS, EARLY_MS, HEARTBEAT_MS, MAX_CONTROL_MESSAGES, RETIRE_MS } from './limits.ts'
import { takeAnswer } from './opening.ts'
import { TrackedStream } from './tracked-stream.ts'

export interface LiveLinkDeps {
  readonly link: Link
  readonly control: FrameStream
  readonly clock: Clock
  /** Called once, when the link has ended. */
  readonly onEnded: (end: LinkEnd) => void
}

/** A link whose two sides have said hello. It is kept alive with pings, and closed when the other side is silent. */
export class LiveLink {
  readonly link: Link
  readonly #deps: LiveLinkDeps
  readonly #control: FrameStream
  readonly #ended = new AbortController()
  readonly #timers = new Map<'look' | 'retire', Disposable>()
  #heardAt: number
  #beats = 0
  #sentAt = 0
  #roundTripMs: number | null = null
  #controlMessages = 0
  #openStreams = 0
  /**
   * Messages waiting to be sent on the control stream. At most one of each sort waits, even if the other side reads
   * slowly.
   */
  readonly #due: { ping?: number; pong?: number } = {}
  #saying = false

  constructor(deps: LiveLinkDeps) {
    this.#deps = deps
    this.link = deps.link
    this.#control = deps.control
    this.#heardAt = deps.clock.ticks()
    void deps.link.closed.then((end) => this.#end(end))
    void this.#listen()
    this.#ask()
    this.#lookLater(0)
  }

  /** Aborted when the link has ended. */
  get signal(): AbortSignal {
    return this.#ended.signal
  }

  /** Round trip of the last heartbeat, in milliseconds; null before the first pong. */
  get roundTripMs(): number | null {
    return this.#roundTripMs
  }

  /** Opens a stream; `name` is the name of the other device, for errors. */
  async open(name: string, signal: AbortSignal): Promise<ByteStream> {
    const stream = await this.link.openStream(signal)
    return this.track(stream, () => takeAnswer(stream, name))
  }

  /** Counts a stream, opened by either side, until it ends. */
  track(stream: ByteStream, beforeReading: () => Promise<void> = () => Promise.resolve()): ByteStream {
    this.#openStreams++
    return new TrackedStream(stream, {
      beforeReading,
      onHeard: () => this.#heard(),
      onEnded: () => this.#openStreams--,
    })
  }

  /** Idempotent. */
  close(reason: EndReason): void {
    this.#end({ by: 'local', reason: endReasons[reason] })
    this.link.close(endReasons[reason])
  }

  /** Closes the link as soon as no stream uses it, because another link has replaced it. */
  retire(): void {
    this.#schedule('retire', RETIRE_MS, () => {
      if (this.#openStreams === 0) this.close('spare')
      else this.retire()
    })
  }

  async #listen(): Promise<void> {
    try {
      for (;;) {
        const message = await this.#control.receive(ControlMessage)
        if (message === null) break
        this.#heard()
        if (++this.#controlMessages > MAX_CONTROL_MESSAGES) return this.close('flood')
        if ('ping' in message) this.#say({ pong: message.ping })
        else if (message.pong === this.#beats) this.#roundTripMs = this.#deps.clock.ticks() - this.#sentAt
      }
      this.link.close('the control stream was ended')
    } catch (err) {
      this.link.close(errorMessage(err))
    }
  }

  #ask(): void {
    this.#beats++
    this.#sentAt = this.#deps.clock.ticks()
    this.#say({ ping: this.#beats })
  }

  // Only the side that dialled sends pings. The other side can judge the link by these too, so each check takes two
  // messages instead of four.
  #look(): void {
    const silentMs = this.#deps.clock.ticks() - this.#heardAt
    if (silentMs >= DEAD_MS) return this.close('silent')
    this.#controlMessages = 0
    if (this.link.dialled) this.#ask()
    this.#lookLater(silentMs)
  }

  // All links are checked at the same moments, so that the machine wakes up only once for all of them.
  #lookLater(silentMs: number): void {
    const tillBeat = HEARTBEAT_MS - (this.#deps.clock.ticks() % HEARTBEAT_MS)
    // A timer may fire slightly early. Its heartbeat then counts as handled.
    const nextMs = tillBeat < EARLY_MS ? tillBeat + HEARTBEAT_MS : tillBeat
    this.#schedule('look', Math.min(nextMs, DEAD_MS - silentMs), () => this.#look())
  }

  #schedule(what: 'look' | 'retire', ms: number, run: () => void): void {
    if (this.signal.aborted) return
    this.#timers.get(what)?.[Symbol.dispose]()
    this.#timers.set(what, this.#deps.clock.after(ms, run))
  }

  #heard(): void {
    this.#heardAt = this.#deps.clock.ticks()
  }

  #say(message: { ping: number } | { pong: number }): void {
    Object.assign(this.#due, message)
    if (!this.#saying) void this.#sayDue()
  }

  async #sayDue(): Promise<void> {
    this.#saying = true
    try {
      for (;;) {
        const { ping, pong } = this.#due
        if (ping === undefined && pong === undefined) return
        delete this.#due.ping
        delete this.#due.pong
        if (pong !== undefined) await this.#control.send({ pong })
        if (ping !== undefined) await this.#control.send({ ping })
      }
    } catch {
      // Errors need no handling: the link has ended, or the next checks find that it is dead.
    } finally {
      this.#saying = false
    }
  }

  #end(end: LinkEnd): void {
    if (this.signal.aborted) return
    this.#ended.abort()
    for (const timer of this.#timers.values()) timer[Symbol.dispose]()
    this.#deps.onEnded(end)
  }
}
