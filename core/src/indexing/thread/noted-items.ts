import type { ItemVerdict } from '../../jobs/index.ts'
import { untilAborted } from '../../util/until-aborted.ts'

const NOW: ItemVerdict = { when: 'now' }

export interface NotedItemsDeps {
  readonly suspects: ReadonlyMap<string, ItemVerdict>
  readonly signal: AbortSignal
  /** Records durably that the job works on some items; resolves to the ticket that ends the record. */
  begin(items: readonly string[]): Promise<number>
  end(ticket: number): void
}

/** The items of a job that was cut short, as seen by its request in the thread; see `JobItems`. */
export class NotedItems {
  readonly #deps: NotedItemsDeps

  constructor(deps: NotedItemsDeps) {
    this.#deps = deps
  }

  verdict(item: string): ItemVerdict {
    return this.#deps.suspects.get(item) ?? NOW
  }

  /** Records durably that the job works on some items. Disposing the result ends the record. */
  async begin(items: readonly string[]): Promise<Disposable> {
    const ticket = await untilAborted(this.#deps.begin(items), this.#deps.signal)
    return { [Symbol.dispose]: () => this.#deps.end(ticket) }
  }
}
