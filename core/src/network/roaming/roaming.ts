import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import { MAX_ADDRESSES, type Whereabouts } from '../registry/device-card.ts'
import type { Registry } from '../registry/registry.ts'
import { isReflected, learnAddress, type Reflected } from '../relay/learn-address.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Transport } from '../transport/transport.ts'
import type { Peer } from '../wire/protocol.ts'
import { answering, ask } from '../wire/rpc.ts'
import { roaming } from './protocol.ts'

/** How often the addresses of this machine are looked at, in milliseconds; the system tells nobody when they change. */
const LOOK_MS = 1_000
/** How often the relay is asked anew for the address on the outside, which a router may change at any time. */
const LEARN_AGAIN_MS = 5 * 60_000
/** A connection that takes longer for a word has not survived the move; a new one is made sooner than it is found dead. */
const MOVED_MS = 3_000
/** After an attempt that failed. */
const RETRY_MS = 15_000

export interface RoamingDeps {
  readonly registry: Registry
  readonly sessions: Sessions
  readonly clock: Clock
  readonly log: Logger
  /** The local network is to hear of it, too. */
  readonly onMoved: () => void
}

/** From `start` to `stop`. */
interface Running {
  readonly transport: Transport
  /** As it is set, with its token; empty: none. */
  readonly relay: string
  readonly ending: AbortController
  addresses: string
  /** What the relay saw last; null: nothing yet. */
  outside: string | null
  /** When the relay is asked next, in ticks of the clock. */
  learnAt: number
  learning: boolean
}

/**
 * Follows the addresses of this device: interfaces that come and go, and, where a relay is set, the address it has on
 * the outside. Whoever is connected is told of a change, and whoever is not is dialled at once.
 */
export class Roaming {
  readonly #deps: RoamingDeps
  #running: Running | null = null

  constructor(deps: RoamingDeps) {
    this.#deps = deps
    deps.sessions.handle(
      answering(roaming, {
        moved: async (where, { id }) => {
          deps.registry.seenAt(id, where)
          return {}
        },
      }),
    )
  }

  /** Networking is on; `relay` as it is set. */
  start({ relay, transport }: { relay: string; transport: Transport }): void {
    const running: Running = {
      transport,
      relay,
      ending: new AbortController(),
      addresses: addressesOf(transport),
      outside: null,
      learnAt: 0,
      learning: false,
    }
    this.#running = running
    this.#schedule(running)
  }

  /** Before the endpoint is closed. Idempotent. */
  stop(): void {
    this.#running?.ending.abort(new CoreError('Cancelled', 'networking was stopped'))
    this.#running = null
  }

  /** The address that the relay sees; null where it is not known. */
  get outside(): string | null {
    return this.#running?.outside ?? null
  }

  #schedule(running: Running): void {
    this.#deps.clock.after(LOOK_MS, () => {
      if (this.#running !== running) return
      this.#look(running)
      this.#schedule(running)
    })
  }

  #look(running: Running): void {
    const { clock } = this.#deps
    const addresses = addressesOf(running.transport)
    if (addresses !== running.addresses) {
      running.addresses = addresses
      running.learnAt = 0
      this.#moved(running)
    }
    const { relay, transport } = running
    if (relay === '' || running.learning || clock.ticks() < running.learnAt) return
    if (!isReflected(transport) || transport.relay() === null) return
    running.learning = true
    void this.#learn(running, transport).finally(() => (running.learning = false))
  }

  async #learn(running: Running, transport: Reflected): Promise<void> {
    const { clock, log } = this.#deps
    const { ending, outside, relay } = running
    try {
      const address = await learnAddress(transport, relay, ending.signal)
      running.learnAt = clock.ticks() + LEARN_AGAIN_MS
      running.outside = address
      if (address === outside) return
      if (outside !== null) await transport.removeExternalAddress(outside)
      log.info({ address }, 'the address of this device on the outside')
      // `#look` finds it among the addresses, where this machine did not have it itself.
    } catch (err) {
      if (ending.signal.aborted) return
      running.learnAt = clock.ticks() + RETRY_MS
      log.debug({ reason: errorMessage(err) }, 'the relay does not say which address this device has')
    }
  }

  #moved({ ending, transport }: Running): void {
    const { log, onMoved, sessions } = this.#deps
    const where = { addresses: [...transport.addresses()].slice(0, MAX_ADDRESSES), relay: transport.relay() }
    log.info({ addresses: where.addresses }, 'this device has other addresses')
    onMoved()
    sessions.hurry()
    for (const peer of sessions.connected()) void this.#tell(peer, where, ending.signal)
  }

  /** A connection that does not carry it is given up, and made anew over the addresses there are. */
  async #tell(peer: Peer, where: Whereabouts, signal: AbortSignal): Promise<void> {
    const answered = new AbortController()
    using _limit = this.#deps.clock.after(MOVED_MS, () => answered.abort(new CoreError('Timeout', 'no word came back')))
    try {
      await ask(peer, { rpc: roaming, verb: 'moved', input: where }, AbortSignal.any([signal, answered.signal]))
    } catch (err) {
      if (signal.aborted || peer.signal.aborted) return
      this.#deps.log.info({ device: peer.name, reason: errorMessage(err) }, 'a connection did not survive a move')
      if (err instanceof CoreError && err.code === 'Timeout') this.#deps.sessions.giveUp(peer)
    }
  }
}

function addressesOf(transport: Transport): string {
  return [...transport.addresses()].toSorted().join()
}
