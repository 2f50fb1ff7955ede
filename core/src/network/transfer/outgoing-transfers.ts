import type { Transfer, TransferState } from '../../domain/index.ts'
import { CoreError } from '../../util/errors.ts'
import type { Clock } from '../clock.ts'
import { Rate } from './rate.ts'
import type { SendingNews } from './serve-transfer.ts'

/** Ended ones that stay listed. */
const KEPT_ENDED = 200

/** One that is being sent from here; it lives as long as its connection. */
interface Outgoing {
  readonly news: SendingNews
  readonly rate: Rate
  readonly startedAt: number
  sent: number
  state: TransferState
  endedAt: number | null
  error: Transfer['error']
}

export interface OutgoingTransfersDeps {
  readonly clock: Clock
  readonly changed: (transfer: Transfer) => void
}

/** Files on their way from this device. The other side goes on with them, so nothing of them is written down here. */
export class OutgoingTransfers {
  readonly #deps: OutgoingTransfersDeps
  readonly #outgoing = new Map<string, Outgoing>()

  constructor(deps: OutgoingTransfersDeps) {
    this.#deps = deps
  }

  list(): Transfer[] {
    return [...this.#outgoing.values()].map(show)
  }

  began(news: SendingNews): void {
    const { clock } = this.#deps
    const rate = new Rate()
    rate.start(0, clock.ticks())
    const outgoing: Outgoing = {
      news,
      rate,
      startedAt: clock.now(),
      sent: 0,
      state: 'running',
      endedAt: null,
      error: null,
    }
    this.#outgoing.set(news.id, outgoing)
    this.#deps.changed(show(outgoing))
  }

  /** `bytes` of files have left since it began. */
  sent(id: string, bytes: number): void {
    const outgoing = this.#outgoing.get(id)
    if (!outgoing) return
    outgoing.sent = bytes
    outgoing.rate.add(bytes, this.#deps.clock.ticks())
    outgoing.news.onProgress?.(bytes)
    this.#deps.changed(show(outgoing))
  }

  /** Null: all was sent that was asked for. */
  ended(id: string, err: unknown): void {
    const outgoing = this.#outgoing.get(id)
    if (!outgoing) return
    outgoing.state = err === null ? 'completed' : 'failed'
    outgoing.error = err instanceof CoreError ? { code: err.code, message: err.message } : null
    outgoing.endedAt = this.#deps.clock.now()
    this.#deps.changed(show(outgoing))
    const ended = [...this.#outgoing.values()].filter((each) => each.endedAt !== null)
    for (const old of ended.slice(0, Math.max(0, ended.length - KEPT_ENDED))) this.#outgoing.delete(old.news.id)
  }
}

function show({ endedAt, error, news, rate, sent, startedAt, state }: Outgoing): Transfer {
  const { bytesPerSecond } = rate
  return {
    id: news.id,
    direction: 'out',
    device: { id: news.peer.id, name: news.peer.name },
    title: news.title,
    state,
    files: { done: state === 'completed' ? news.files : 0, total: news.files },
    bytes: { done: sent, total: news.bytes },
    rate: state === 'running' ? bytesPerSecond : null,
    etaMs: state === 'running' && bytesPerSecond ? ((news.bytes - sent) / bytesPerSecond) * 1_000 : null,
    via: null,
    folder: null,
    leftOut: 0,
    failed: 0,
    failures: [],
    error,
    createdAt: new Date(startedAt).toISOString(),
    endedAt: endedAt === null ? null : new Date(endedAt).toISOString(),
  }
}
