import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import { MAX_ADDRESSES, type Whereabouts } from '../registry/device-card.ts'
import type { Registry } from '../registry/registry.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Transport } from '../transport/transport.ts'
import type { Peer } from '../wire/protocol.ts'
import { answering, ask } from '../wire/rpc.ts'
import { isReflected, learnAddress, type Reflected } from './learn-address.ts'
import { roaming } from './protocol.ts'

/**
 * How often the addresses of this machine are checked, in milliseconds. The system sends no message when they change.
 */
const LOOK_MS = 1_000
/**
 * How often the relay is asked again for the outside address, in milliseconds, because a router may change it any time.
 */
const LEARN_AGAIN_MS = 5 * 60_000
/**
 * How long a connection has to answer after a move, in milliseconds. If it takes longer, it is closed and dialled
 * again, which is faster than waiting for the heartbeat to fail.
 */
const MOVED_MS = 3_000
/** Wait after a failed attempt, in milliseconds. */
const RETRY_MS = 15_000

export interface RoamingDeps {
  readonly registry: Registry
  readonly sessions: Sessions
  readonly clock: Clock
  readonly log: Logger
  /** Called when the addresses have changed, so that they are also announced on the local network. */
  readonly onMoved: () => void
}

/** The state between `start` and `stop`. */
interface Running {
  readonly transport: Transport
  /** The URL from the settings, with its token; empty if none is set. */
  readonly relay: string
  readonly ending: AbortController
  addresses: string
  /** The last outside address that the relay saw; null if not known yet. */
  outside: string | null
  /** The time of the next request to the relay, in ticks of the clock. */
  learnAt: number
  learning: boolean
}

/**
 * Follows the addresses of this device: interfaces that come and go and, if a relay is set, the outside address. After
 * a change, connected devices are told, and unconnected devices are dialled at once.
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

  /** Called when networking is on. `relay`: its URL from the settings. */
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

  /** Call it before the endpoint is closed. Idempotent. */
  stop(): void {
    this.#running?.ending.abort(new CoreError('Cancelled', 'networking was stopped'))
    this.#running = null
  }

  /** The address that the relay sees; null if it is not known. */
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
      // The next `#look` finds the new address, unless this machine already had it.
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

  /**
   * Tells a device the new addresses. If the connection does not deliver the message in time, it is closed, and then
   * dialled again over the current addresses.
   */
  async #tell(peer: Peer, where: Whereabouts, signal: AbortSignal): Promise<void> {
    const answered = new AbortController()
    using _limit = this.#deps.clock.after(MOVED_MS, () => answered.abort(new CoreError('Timeout', 'no answer')))
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
