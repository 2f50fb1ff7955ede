import type { Hello } from '@spacedrive/client'
import type { Carrier } from './carrier.ts'
import { type Client, ClientPool } from './client-pool.ts'
import { Connection } from './connection.ts'
import type { DispatchDeps } from './dispatch.ts'
import { defaultLimits, type ServerLimits } from './limits.ts'
import { wireError } from './wire-error.ts'

export interface ConnectionsOptions extends DispatchDeps {
  /** The hello of this daemon. Only this class knows whether the daemon is idle. */
  readonly identity: Omit<Hello, 'idle'>
  /** Called when a client asks the daemon to end. */
  readonly onStop: () => void
  readonly limits?: Partial<ServerLimits> | undefined
}

/** Every client of one daemon that asks and listens, whatever carries its frames. Disposing it drops them all. */
export class Connections implements Disposable {
  readonly limits: ServerLimits
  readonly #options: ConnectionsOptions
  readonly #open = { socket: new Set<Connection>(), websocket: new Set<Connection>() }
  /** The requests of clients that do not have all rights. */
  readonly #guestRequests: ClientPool
  readonly #pools: Readonly<Record<Carrier['kind'], ClientPool>>

  constructor(options: ConnectionsOptions) {
    this.#options = options
    this.limits = { ...defaultLimits, ...options.limits }
    const { connections, guestRequests, webSockets } = this.limits
    this.#guestRequests = new ClientPool({ total: guestRequests, what: 'requests are in progress' })
    this.#pools = {
      socket: new ClientPool({ total: connections, what: 'programs are connected to the daemon' }),
      websocket: new ClientPool({ total: webSockets, what: 'WebSockets are open' }),
    }
  }

  /**
   * Serves a client, which is dropped by disposing of it; null where it is told that there are too many, and closed. Those
   * of one kind take no room from the other.
   */
  accept(carrier: Carrier): Disposable | null {
    const open = this.#open[carrier.kind]
    const place = this.#placeFor(carrier)
    if (!place) return null
    const { core, explorer, onStop } = this.#options
    const connection: Connection = new Connection(carrier, {
      core,
      explorer,
      limits: this.limits,
      guestRequests: this.#guestRequests,
      hello: () => this.#hello(),
      stop: onStop,
      onClosed: () => {
        open.delete(connection)
        place[Symbol.dispose]()
      },
    })
    open.add(connection)
    return connection
  }

  /** How many there are. */
  count(kind: Carrier['kind']): number {
    return this.#open[kind].size
  }

  /** Throws `Unavailable` if a client of this kind would be turned away now. */
  check(kind: Carrier['kind'], client: Client): void {
    this.#pools[kind].check(client)
  }

  /** Disconnects the clients of one kind, even in the middle of an answer. */
  close(kind: Carrier['kind']): void {
    for (const connection of this.#open[kind]) connection[Symbol.dispose]()
  }

  [Symbol.dispose](): void {
    this.close('socket')
    this.close('websocket')
  }

  #placeFor(carrier: Carrier): Disposable | null {
    try {
      return this.#pools[carrier.kind].take(carrier.asker)
    } catch (err) {
      this.#turnAway(carrier, err)
      return null
    }
  }

  #turnAway(carrier: Carrier, error: unknown): void {
    carrier.open({ onFrame: () => {}, onTooLong: () => {}, onClosed: () => {} })
    const frame = JSON.stringify({ jsonrpc: '2.0', id: null, error: wireError(error) })
    carrier.write(Buffer.from(frame), true, () => {})
    carrier.end(this.limits.farewellMs)
  }

  #hello(): Hello {
    const { running, queued } = this.#options.core.status().jobs
    const clients = this.count('socket') + this.count('websocket')
    return { ...this.#options.identity, idle: running + queued === 0 && clients <= 1 }
  }
}
