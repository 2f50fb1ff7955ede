import type { Transfer, TransferState } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Clock } from '../clock.ts'
import { Rate } from './rate.ts'
import type { SendingNews } from './serve-transfer.ts'

/** Ended ones that stay listed. */
const KEPT_ENDED = 200
/** How long a request is refused that was ended here, in milliseconds: five times as long as it may wait to ask again. */
const REFUSED_MS = 5 * 60_000

/** One that is being sent from here, over one connection after another if it was paused. */
interface Outgoing {
  readonly id: string
  news: SendingNews
  readonly rate: Rate
  readonly startedAt: number
  /** Bytes that have left over the connection there is, and over those before. */
  sent: number
  sentBefore: number
  state: TransferState
  endedAt: number | null
  error: Transfer['error']
  /** Resolves when somebody goes on with one that is paused. */
  resumed: PromiseWithResolvers<void>
  /** The other side waits for that. */
  isHeld: boolean
}

export interface OutgoingTransfersDeps {
  readonly clock: Clock
  readonly changed: (transfer: Transfer) => void
}

/**
 * Files on their way from this device. The other side goes on with them, so nothing of them is written down here: what
 * was paused here goes on after a restart.
 */
export class OutgoingTransfers {
  readonly #deps: OutgoingTransfersDeps
  readonly #outgoing = new Map<string, Outgoing>()
  readonly #byChannel = new Map<string, Outgoing>()
  /** Requests that somebody here has ended; the other side is told when it asks again. */
  readonly #refused = new Set<string>()

  constructor(deps: OutgoingTransfersDeps) {
    this.#deps = deps
  }

  list(): Transfer[] {
    return [...this.#outgoing.values()].map(show)
  }

  has(id: string): boolean {
    return this.#outgoing.has(id)
  }

  get(id: string): Transfer {
    return show(this.#find(id))
  }

  /** Nothing is sent until it is resumed. Throws `Conflict` where it has ended. */
  pause(id: string): Transfer {
    const outgoing = this.#findOpen(id)
    if (outgoing.state !== 'paused') {
      outgoing.resumed = waiting()
      this.#enter(outgoing, 'paused')
      outgoing.news.stop()
    }
    return show(outgoing)
  }

  /** Goes on with one that is paused, as soon as the other side asks for it. Throws `Conflict` where it has ended. */
  resume(id: string): Transfer {
    const outgoing = this.#findOpen(id)
    if (outgoing.state === 'paused') {
      this.#enter(outgoing, 'waiting')
      outgoing.resumed.resolve()
    }
    return show(outgoing)
  }

  /** Ends it on both sides: what has arrived of files stays there. Does nothing where it has ended. */
  cancel(id: string): Transfer {
    const outgoing = this.#find(id)
    if (outgoing.endedAt === null) {
      // Who is held up hears of it at once, others when they ask again.
      if (outgoing.isHeld) outgoing.resumed.reject(cancelledHere())
      else this.#refuse(outgoing.news.key)
      this.#end(outgoing, 'cancelled')
      outgoing.news.stop()
    }
    return show(outgoing)
  }

  /** See `ServeTransferDeps.held`. */
  held(key: string): Promise<void> | null {
    if (this.#refused.delete(key)) throw cancelledHere()
    const outgoing = this.#openOf(key)
    if (outgoing?.state !== 'paused') return null
    outgoing.isHeld = true
    return outgoing.resumed.promise
  }

  /** Whoever was held up waits no more, and may ask again: what is paused here stays so. */
  left(key: string): void {
    const outgoing = this.#openOf(key)
    if (outgoing) outgoing.isHeld = false
  }

  began(news: SendingNews): void {
    const { clock } = this.#deps
    const known = this.#openOf(news.key)
    const outgoing: Outgoing =
      known?.state === 'waiting'
        ? known
        : {
            id: news.channel,
            news,
            rate: new Rate(),
            startedAt: clock.now(),
            sent: 0,
            sentBefore: 0,
            state: 'running',
            endedAt: null,
            error: null,
            resumed: waiting(),
            isHeld: false,
          }
    outgoing.news = news
    outgoing.isHeld = false
    outgoing.sentBefore += outgoing.sent
    outgoing.sent = 0
    outgoing.rate.start(0, clock.ticks())
    this.#outgoing.set(outgoing.id, outgoing)
    this.#byChannel.set(news.channel, outgoing)
    this.#enter(outgoing, 'running')
  }

  /** `bytes` of files have left over a connection since it began. */
  sent(channel: string, bytes: number): void {
    const outgoing = this.#byChannel.get(channel)
    if (!outgoing) return
    outgoing.sent = bytes
    outgoing.rate.add(bytes, this.#deps.clock.ticks())
    outgoing.news.onProgress?.(outgoing.sentBefore + bytes)
    this.#deps.changed(show(outgoing))
  }

  /** Null: all was sent that was asked for. */
  ended(channel: string, err: unknown): void {
    const outgoing = this.#byChannel.get(channel)
    this.#byChannel.delete(channel)
    // One that is paused or cancelled here was cut off by that, and may have gone on over another connection.
    if (outgoing?.state !== 'running' || outgoing.news.channel !== channel) return
    outgoing.error = err instanceof CoreError ? { code: err.code, message: err.message } : null
    this.#end(outgoing, err === null ? 'completed' : 'failed')
  }

  #find(id: string): Outgoing {
    const outgoing = this.#outgoing.get(id)
    if (outgoing) return outgoing
    throw new CoreError('NotFound', `no transfer ${id}; see \`spacedrive network transfers\``)
  }

  #findOpen(id: string): Outgoing {
    const outgoing = this.#find(id)
    if (outgoing.endedAt !== null) throw new CoreError('Conflict', `the transfer is ${outgoing.state}`)
    return outgoing
  }

  #openOf(key: string): Outgoing | undefined {
    return [...this.#outgoing.values()].findLast(({ endedAt, news }) => endedAt === null && news.key === key)
  }

  #refuse(key: string): void {
    this.#refused.add(key)
    this.#deps.clock.after(REFUSED_MS, () => this.#refused.delete(key))
  }

  #enter(outgoing: Outgoing, state: TransferState): void {
    outgoing.state = state
    this.#deps.changed(show(outgoing))
  }

  #end(outgoing: Outgoing, state: TransferState): void {
    outgoing.endedAt = this.#deps.clock.now()
    this.#enter(outgoing, state)
    const ended = [...this.#outgoing.values()].filter((each) => each.endedAt !== null)
    for (const old of ended.slice(0, Math.max(0, ended.length - KEPT_ENDED))) this.#outgoing.delete(old.id)
  }
}

function waiting(): PromiseWithResolvers<void> {
  const resolvers = Promise.withResolvers<void>()
  // Nobody may be waiting when it is cancelled.
  resolvers.promise.catch(() => {})
  return resolvers
}

function cancelledHere(): CoreError {
  return new CoreError('Cancelled', 'the transfer was cancelled there')
}

function show({ endedAt, error, id, news, rate, sent, sentBefore, startedAt, state }: Outgoing): Transfer {
  const { bytesPerSecond } = rate
  const done = Math.min(sentBefore + sent, news.bytes)
  return {
    id,
    direction: 'out',
    device: { id: news.peer.id, name: news.peer.name },
    title: news.title,
    state,
    files: { done: state === 'completed' ? news.files : 0, total: news.files },
    bytes: { done, total: news.bytes },
    rate: state === 'running' ? bytesPerSecond : null,
    etaMs: state === 'running' && bytesPerSecond ? ((news.bytes - done) / bytesPerSecond) * 1_000 : null,
    via: null,
    folder: null,
    leftOut: 0,
    failed: 0,
    failures: [],
    notes: [],
    error,
    createdAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
  }
}
