import { CoreError } from '@spacedrive/core'
import type { Rights } from '@spacedrive/core/domain'

/** A client whose share of a pool is limited. */
export interface Client {
  readonly rights: Rights
  /** Its session or API key; null for the user of this machine. */
  readonly id: string | null
}

/** The part of a pool that API keys and sessions from elsewhere get. The rest is kept for the user of this machine. */
const GUESTS = 3 / 4
/** The part that one key or one such session gets. */
const EACH = 1 / 4

export interface ClientPoolOptions {
  readonly total: number
  /** Ends the sentence `128 …` in errors: `WebSockets are open`. */
  readonly what: string
}

/** A number of places that clients share, so that no client with limited rights can take them all. */
export class ClientPool {
  readonly #options: ClientPoolOptions
  readonly #byGuest = new Map<string | null, number>()
  #size = 0
  #guests = 0

  constructor(options: ClientPoolOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#size
  }

  /** Throws `Unavailable` if this client cannot have a place. */
  check({ id, rights }: Client): void {
    const { total, what } = this.#options
    if (this.#size >= total) throw unavailable(`${this.#size} ${what}`)
    if (rights === 'all') return
    if (this.#guests >= partOf(total, GUESTS))
      throw unavailable(`for API keys and sessions from elsewhere, ${this.#guests} ${what}`)
    const own = this.#byGuest.get(id) ?? 0
    if (own >= partOf(total, EACH)) throw unavailable(`for this session or API key, ${own} ${what}`)
  }

  /** Takes a place until it is disposed. Throws `Unavailable` if this client cannot have one. */
  take(client: Client): Disposable {
    this.check(client)
    this.#add(client, 1)
    let isTaken = true
    return {
      [Symbol.dispose]: () => {
        if (isTaken) this.#add(client, -1)
        isTaken = false
      },
    }
  }

  #add({ id, rights }: Client, change: 1 | -1): void {
    this.#size += change
    if (rights === 'all') return
    this.#guests += change
    const count = (this.#byGuest.get(id) ?? 0) + change
    if (count > 0) this.#byGuest.set(id, count)
    else this.#byGuest.delete(id)
  }
}

function partOf(total: number, part: number): number {
  return Math.max(1, Math.floor(part * total))
}

function unavailable(why: string): CoreError {
  return new CoreError('Unavailable', `${why}; try again when one of them has ended`)
}
