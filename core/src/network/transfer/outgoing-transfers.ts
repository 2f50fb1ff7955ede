import type { Transfer, TransferState } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Clock } from '../clock.ts'
import { Rate } from './rate.ts'
import type { SendingNews } from './serve-transfer.ts'

/** Maximum number of ended transfers that stay listed. */
const KEPT_ENDED = 200
/**
 * How long requests for a cancelled transfer are refused, in milliseconds: five times the longest wait between two
 * attempts of the other side.
 */
const REFUSED_MS = 5 * 60_000

/** A transfer from this device. If it was paused, it continues over another connection. */
interface Outgoing {
  readonly id: string
  news: SendingNews
  readonly rate: Rate
  readonly startedAt: number
  /** Bytes of files sent over the current connection, and over the earlier ones. */
  sent: number
  sentBefore: number
  state: TransferState
  endedAt: number | null
  error: Transfer['error']
  /** Resolves when a user resumes the paused transfer. */
  resumed: PromiseWithResolvers<void>
  /**
   * Number of waiting requests for this paused transfer. The other side may send a new one before its old one has
   * ended.
   */
  holds: number
}

export interface OutgoingTransfersDeps {
  readonly clock: Clock
  readonly changed: (transfer: Transfer) => void
}

/**
 * Files that are sent from this device. The receiving side stores and continues transfers, so nothing is stored here: a
 * transfer that was paused here continues after a restart.
 */
export class OutgoingTransfers {
  readonly #deps: OutgoingTransfersDeps
  readonly #outgoing = new Map<string, Outgoing>()
  readonly #byChannel = new Map<string, Outgoing>()
  /** Requests of transfers that a user here has cancelled. The other side is told when it asks again. */
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

  /** Stops sending until the transfer is resumed. Throws `Conflict` if it has ended. */
  pause(id: string): Transfer {
    const outgoing = this.#findOpen(id)
    if (outgoing.state !== 'paused') {
      outgoing.resumed = waiting()
      this.#enter(outgoing, 'paused')
      outgoing.news.stop()
    }
    return show(outgoing)
  }

  /** Resumes a paused transfer, as soon as the other side asks for it. Throws `Conflict` if it has ended. */
  resume(id: string): Transfer {
    const outgoing = this.#findOpen(id)
    if (outgoing.state === 'paused') {
      this.#enter(outgoing, 'waiting')
      outgoing.resumed.resolve()
    }
    return show(outgoing)
  }

  /** Ends a transfer on both sides. Data that has arrived stays on the other device. Does nothing if it has ended. */
  cancel(id: string): Transfer {
    const outgoing = this.#find(id)
    if (outgoing.endedAt === null) {
      // If the device waits for an answer, tell it now. Otherwise it is told when it asks again.
      if (outgoing.holds > 0) outgoing.resumed.reject(cancelledHere())
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
    outgoing.holds++
    return outgoing.resumed.promise
  }

  /**
   * Called when a waiting request has ended without an answer. The transfer stays paused, and the device may ask
   * again.
   */
  left(key: string): void {
    const outgoing = this.#openOf(key)
    if (outgoing) outgoing.holds = Math.max(0, outgoing.holds - 1)
  }

  began(news: SendingNews): void {
    const { clock } = this.#deps
    const known = this.#lastOf(news.key)
    const outgoing: Outgoing =
      known?.state === 'waiting' || known?.state === 'failed'
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
            holds: 0,
          }
    outgoing.news = news
    outgoing.holds = 0
    // The connection was lost, and the other device has asked again.
    outgoing.endedAt = null
    outgoing.error = null
    outgoing.sentBefore += outgoing.sent
    outgoing.sent = 0
    outgoing.rate.start(0, clock.ticks())
    this.#outgoing.set(outgoing.id, outgoing)
    this.#byChannel.set(news.channel, outgoing)
    this.#enter(outgoing, 'running')
  }

  /** `bytes`: bytes of files sent over this connection since it began. */
  sent(channel: string, bytes: number): void {
    const outgoing = this.#byChannel.get(channel)
    if (!outgoing) return
    outgoing.sent = bytes
    outgoing.rate.add(bytes, this.#deps.clock.ticks())
    outgoing.news.onProgress?.(outgoing.sentBefore + bytes)
    this.#deps.changed(show(outgoing))
  }

  /** Called when a connection has ended. If `err` is null, all requested data was sent. */
  ended(channel: string, err: unknown): void {
    const outgoing = this.#byChannel.get(channel)
    this.#byChannel.delete(channel)
    // A paused or cancelled transfer has cut this connection itself. It may already continue over another one.
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

  #lastOf(key: string): Outgoing | undefined {
    return [...this.#outgoing.values()].findLast(({ news }) => news.key === key)
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
  // The promise may be rejected when no caller waits for it.
  resolvers.promise.catch(() => {})
  return resolvers
}

function cancelledHere(): CoreError {
  return new CoreError('Cancelled', 'the other device cancelled the transfer')
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
