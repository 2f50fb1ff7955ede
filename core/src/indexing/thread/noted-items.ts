import type { ItemVerdict } from '../../jobs/index.ts'
import { untilAborted } from '../../util/until-aborted.ts'
import type { FromWorker } from './requests.ts'

const NOW: ItemVerdict = { when: 'now' }

/** The items of a job that was cut short, as seen by its request in the worker; see `JobItems`. */
export class NotedItems {
  readonly #suspects: ReadonlyMap<string, ItemVerdict>
  readonly #send: (message: FromWorker) => void
  readonly #request: { readonly id: number; readonly signal: AbortSignal }
  readonly #waiting = new Map<number, () => void>()
  #lastTicket = 0

  constructor(
    suspects: ReadonlyMap<string, ItemVerdict>,
    send: (message: FromWorker) => void,
    request: { readonly id: number; readonly signal: AbortSignal },
  ) {
    this.#suspects = suspects
    this.#send = send
    this.#request = request
  }

  verdict(item: string): ItemVerdict {
    return this.#suspects.get(item) ?? NOW
  }

  /** Records durably that the job works on some items. Disposing the result ends the record. */
  async begin(items: readonly string[]): Promise<Disposable> {
    const { id, signal } = this.#request
    const ticket = ++this.#lastTicket
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting.set(ticket, resolve)
    this.#send({ id, begin: items, ticket })
    await untilAborted(promise, signal)
    return { [Symbol.dispose]: () => this.#send({ id, end: ticket }) }
  }

  begun(ticket: number): void {
    this.#waiting.get(ticket)?.()
    this.#waiting.delete(ticket)
  }
}
