import { randomBytes } from 'node:crypto'
import type { DeviceId, PairingStatus, PeerKey } from '../domain/index.ts'
import { allDisposed } from '../util/all-disposed.ts'
import type { Logger } from '../util/logger.ts'
import type { Clock } from './clock.ts'
import type { NetworkDb } from './db/network-db.ts'
import { OwnKeyProbe } from './identity/own-key-probe.ts'
import {
  DiscoverySecrets,
  type LanChannel,
  LanDiscovery,
  type LanDiscoveryDeps,
  type Sought,
} from './discovery/index.ts'
import { type NewPairedDevice, Pairing, type PairingDiscovery, pairingLimits } from './pairing/index.ts'
import type { DeviceCard } from './registry/device-card.ts'
import type { Registry } from './registry/registry.ts'
import { Rendezvous } from './rendezvous/index.ts'
import { networkingIsOff, type Sessions } from './sessions/sessions.ts'
import { type Alpn, alpns, type Transport } from './transport/transport.ts'

export interface MeetingDeps {
  readonly db: NetworkDb
  readonly registry: Registry
  readonly sessions: Sessions
  readonly clock: Clock
  readonly log: Logger
  /** The facts that this device tells others about itself. Throws `Offline` while networking is off. */
  readonly card: () => DeviceCard
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>
  /** Opens a separate endpoint. */
  readonly openTransport: (options: { seed: Uint8Array; alpns: readonly Alpn[] }) => Promise<Transport>
  readonly makeLanChannel: (log: Logger) => LanChannel
  readonly changed: (status: PairingStatus) => void
  /** The part of this device that strangers see; null: they see nothing. */
  readonly visible: LanDiscoveryDeps['visible']
  /** Called when the list of visible strangers has changed. */
  readonly onStrangers: () => void
  /** Called when another program has proved the key of this device. */
  readonly onKeyUsedElsewhere: () => void
}

/** Finds other devices: on the local network, through notices at a rendezvous, and by a pairing code. */
export class Meeting {
  readonly pairing: Pairing
  readonly #deps: MeetingDeps
  readonly #secrets: DiscoverySecrets
  #discovery: LanDiscovery | null = null
  #rendezvous: Rendezvous | null = null
  readonly #probe: OwnKeyProbe
  #isOn = false
  /** Undoes the storing of the device that was paired last. */
  #undo: { readonly id: DeviceId; readonly run: () => void } | null = null

  constructor(deps: MeetingDeps) {
    const { card, changed, clock, log, onKeyUsedElsewhere, openTransport, registry } = deps
    this.#deps = deps
    this.#secrets = new DiscoverySecrets(deps.db)
    this.#probe = new OwnKeyProbe({ clock, log, openTransport, onFound: onKeyUsedElsewhere })
    this.pairing = new Pairing({
      openTransport: (seed) => openTransport({ seed, alpns: [alpns.pairing] }),
      self: () => this.#self(),
      store: (device) => this.#store(device),
      forget: async ({ id }) => this.#forget(id),
      discovery: () => this.#everywhere(),
      relay: () => card().relay,
      changed,
      randomBytes,
      now: () => clock.now(),
      log,
      limits: pairingLimits,
    })
    registry.onChange(({ kind }) => {
      if (kind !== 'updated') this.look()
    })
  }

  /** Discovery on the local network; null while networking or discovery is off. */
  get discovery(): LanDiscovery | null {
    return this.#discovery
  }

  /** Null while networking is off, or if no rendezvous is set. */
  get rendezvous(): Rendezvous | null {
    return this.#rendezvous
  }

  /**
   * Called when networking is on. `discovery`: whether to search the local network; `rendezvous`: its URL, or empty.
   */
  start(settings: { discovery: boolean; rendezvous: string; transport: Transport }): void {
    const { rendezvous, transport } = settings
    const { clock, log, makeLanChannel, onStrangers, registry, sessions, visible } = this.#deps
    this.#isOn = true
    if (rendezvous !== '') {
      this.#rendezvous = new Rendezvous({
        url: rendezvous,
        clock,
        log,
        own: () => ({ key: transport.key, addresses: transport.addresses() }),
        paired: () => this.#sought(),
        isConnected: (key) => sessions.get(registry.byKey(key)!.id) !== null,
        onFound: (key, addresses) => sessions.seenAt(key, addresses),
      })
    }
    if (!settings.discovery) return
    this.#discovery = new LanDiscovery({
      channel: makeLanChannel(log),
      clock,
      own: () => ({ key: transport.key, addresses: transport.addresses() }),
      paired: () => this.#sought(),
      onFound: (key, addresses) => sessions.seenAt(key, addresses),
      onOwnId: (addresses) => void this.#probe.look(transport.key, addresses),
      visible,
      onStrangers,
    })
  }

  /** Tells others the addresses of this device, and asks for theirs. Call it again after either has changed. */
  look(): void {
    this.#discovery?.look()
    this.#rendezvous?.look()
  }

  /** Must be called for each incoming connection, with the key of the other side. See `OwnKeyProbe.arrived`. */
  arrived(key: PeerKey): void {
    this.#probe.arrived(key)
  }

  /** Ends pairing, the rendezvous and discovery. Call it before the endpoint is closed. */
  async stop(): Promise<void> {
    this.#isOn = false
    await this.pairing.close()
    this.#rendezvous?.[Symbol.dispose]()
    this.#rendezvous = null
    const discovery = this.#discovery
    this.#discovery = null
    await discovery?.[Symbol.asyncDispose]()
  }

  async #store({ card, discoverySecret }: NewPairedDevice): Promise<void> {
    const { registry } = this.#deps
    const before = registry.get(card.id)
    const secret = this.#secrets.all().get(card.id)
    registry.add(card)
    this.#undo = { id: card.id, run: () => this.#putBack(card.id, { wasPaired: before !== null, secret }) }
    try {
      this.#secrets.put(card.id, discoverySecret)
    } catch (err) {
      this.#forget(card.id)
      throw err
    }
    this.look()
  }

  /** Removes the device that was paired last. If it was paired before that pairing, it stays paired. */
  #forget(id: DeviceId): void {
    const undo = this.#undo
    this.#undo = null
    if (undo?.id === id) undo.run()
  }

  #putBack(id: DeviceId, { secret, wasPaired }: { wasPaired: boolean; secret: Uint8Array | undefined }): void {
    if (!wasPaired) this.#deps.registry.remove(id, { refuse: false })
    else if (secret) this.#secrets.put(id, secret)
    this.look()
  }

  /** Throws `Offline` as soon as a stop begins. Otherwise a pairing that starts during the stop would outlive it. */
  #self(): { card: DeviceCard; sign: MeetingDeps['sign'] } {
    if (!this.#isOn) throw networkingIsOff()
    return { card: this.#deps.card(), sign: this.#deps.sign }
  }

  /** Every place where a code can be announced and searched for; null if there is none. */
  #everywhere(): PairingDiscovery | null {
    const places = [this.#discovery, this.#rendezvous].filter((place) => place !== null)
    if (places.length === 0) return null
    return {
      announceCode: (secret, addresses) => allDisposed(places.map((place) => place.announceCode(secret, addresses))),
      findCode: (secret, onFound) => allDisposed(places.map((place) => place.findCode(secret, onFound))),
    }
  }

  #sought(): Sought[] {
    const secrets = this.#secrets.all()
    return this.#deps.registry.list().flatMap(({ id, key }) => {
      const secret = secrets.get(id)
      return secret ? [{ key, secret }] : []
    })
  }
}
