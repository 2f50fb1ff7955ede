import { randomBytes } from 'node:crypto'
import type { PeerKey } from '../../domain/index.ts'
import { errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { settledWithin } from '../../util/settled-within.ts'
import type { Clock } from '../clock.ts'
import { type Alpn, alpns, DIAL_TIMEOUT_MS, type Transport } from '../transport/transport.ts'
import { SEED_BYTES } from './ed25519.ts'

/** Minimum time between two probes, in milliseconds, because any device on the network can trigger a probe. */
const PROBE_EVERY_MS = 30_000
/** How long the other side may take to close a connection from a key that it does not know, in milliseconds. */
const END_MS = 2_000

export interface OwnKeyProbeDeps {
  readonly clock: Clock
  readonly log: Logger
  readonly openTransport: (options: { seed: Uint8Array; alpns: readonly Alpn[] }) => Promise<Transport>
  /** Called when another program has proved the key of this device. */
  readonly onFound: () => void
}

/**
 * Finds out whether another program uses the key of this device, for example after a backup was restored on another
 * machine. An announcement does not prove it, because any device can repeat one. A completed handshake does, unless
 * this device itself has answered: a router or another device may have forwarded the packets back here.
 */
export class OwnKeyProbe {
  readonly #deps: OwnKeyProbeDeps
  #calling: { readonly key: PeerKey; cameHere: boolean } | null = null
  #nextAt = -Infinity
  #isBusy = false

  constructor(deps: OwnKeyProbeDeps) {
    this.#deps = deps
  }

  /** Dials the addresses to see whether a device with `key`, this device's own key, answers there. Never throws. */
  async look(key: PeerKey, addresses: readonly string[]): Promise<void> {
    const { clock, log } = this.#deps
    if (this.#isBusy || clock.ticks() < this.#nextAt) return
    this.#isBusy = true
    this.#nextAt = clock.ticks() + PROBE_EVERY_MS
    try {
      if (await this.#answers(key, addresses)) this.#deps.onFound()
    } catch (err) {
      log.debug({ addresses, err: errorMessage(err) }, 'no device with the key of this device answers at that address')
    } finally {
      this.#calling = null
      this.#isBusy = false
    }
  }

  /**
   * Must be called for each incoming connection, with the key of the other side. If a connection of this probe arrives
   * here, this device itself has answered.
   */
  arrived(key: PeerKey): void {
    if (this.#calling?.key === key) this.#calling.cameHere = true
  }

  async #answers(key: PeerKey, addresses: readonly string[]): Promise<boolean> {
    await using transport = await this.#deps.openTransport({ seed: randomBytes(SEED_BYTES), alpns: [alpns.pairing] })
    const calling = { key: transport.key, cameHere: false }
    this.#calling = calling
    const signal = AbortSignal.timeout(DIAL_TIMEOUT_MS)
    const link = await transport.dial(key, { addresses, relay: null }, { alpn: alpns.paired, signal })
    await settledWithin(END_MS, [link.closed])
    link.close('only asked')
    return link.key === key && !calling.cameHere
  }
}
