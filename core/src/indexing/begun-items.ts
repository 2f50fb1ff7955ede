import type { JobItems } from '../jobs/index.ts'
import { heard } from '../util/heard.ts'

/** The items that one request works on, by ticket. Their records end with the request, however it ends. */
export class BegunItems implements AsyncDisposable {
  readonly #items: JobItems | undefined
  readonly #begun = new Map<number, AsyncDisposable>()
  #lastTicket = 0
  #ended = false

  constructor(items: JobItems | undefined) {
    this.#items = items
  }

  /** Records some items durably; resolves to a ticket. Rejects if they cannot be recorded: then no work may begin. */
  async begin(names: readonly string[]): Promise<number> {
    const record = await this.#items!.begin(names)
    if (this.#ended) await record[Symbol.asyncDispose]()
    else this.#begun.set(++this.#lastTicket, record)
    return this.#lastTicket
  }

  end(ticket: number): void {
    const record = this.#begun.get(ticket)
    this.#begun.delete(ticket)
    if (record) void heard(Promise.resolve(record[Symbol.asyncDispose]()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    for (const record of this.#begun.values()) await record[Symbol.asyncDispose]()
  }
}
