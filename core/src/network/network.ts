import { join } from 'node:path'
import type { DeviceId, NetworkDevice, NetworkState, NetworkStatus } from '../domain/index.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { systemClock } from './clock.ts'
import { IN_MEMORY, NetworkDb } from './db/network-db.ts'
import { describeDevice, skewNotice } from './describe-device.ts'
import { diagnose, type NetworkDiagnosis } from './diagnose/index.ts'
import type { Grants } from './grants/grants.ts'
import { signWith } from './identity/ed25519.ts'
import { NetworkIdentity } from './identity/network-identity.ts'
import type { Meeting } from './meeting.ts'
import type { Pairing } from './pairing/index.ts'
import { type DeviceCard, type DeviceDetails, MAX_ADDRESSES, MAX_NAME } from './registry/device-card.ts'
import type { PairedDevice } from './registry/paired-device.ts'
import type { Registry } from './registry/registry.ts'
import type { Membership } from './membership/index.ts'
import type { Messages } from './messaging/messages.ts'
import type { RemoteJobs } from './messaging/remote-jobs.ts'
import type { Roaming } from './roaming/index.ts'
import type { Nearby } from './nearby/index.ts'
import type { PortMapping } from './port-mapping/index.ts'
import type { NetworkDeps } from './network-deps.ts'
import { openParts, type OpenTransport } from './network-parts.ts'
import { endpointOf, openEndpoint } from './open-endpoint.ts'
import { networkingIsOff, type Sessions } from './sessions/sessions.ts'
import type { SidecarExchange } from './sidecars/index.ts'
import type { Spacedrop } from './spacedrop/index.ts'
import type { Transfers } from './transfer/index.ts'
import { alpns, type Link, type Transport } from './transport/transport.ts'

/** All communication with other devices. It is off until `start`; the list of paired devices is always available. */
export class Network implements AsyncDisposable {
  readonly registry: Registry
  readonly grants: Grants
  /** The connections with paired devices. While networking is off, there are none and none can be made. */
  readonly sessions: Sessions
  readonly messages: Messages
  /** Jobs of other devices. */
  readonly jobs: RemoteJobs
  readonly db: NetworkDb
  /** Knows which paired devices are members of which libraries. */
  readonly membership: Membership
  /** Sidecars that other members of libraries have made. */
  readonly sidecars: SidecarExchange
  /** Files that are sent to or received from paired devices. */
  readonly transfers: Transfers
  /** Devices of the local network that are not paired, met for one drop. */
  readonly nearby: Nearby
  /** Files that are offered, to and by other devices. */
  readonly spacedrop: Spacedrop
  readonly #deps: NetworkDeps
  readonly #identity: NetworkIdentity
  /** Finds other devices and pairs with them. */
  readonly meeting: Meeting
  /** Follows the addresses of this device. */
  readonly roaming: Roaming
  readonly #portMapping: PortMapping
  #transport: Transport | null = null
  /** The reason why networking cannot be started until the engine restarts; null if it can. */
  #unusable: CoreError | null = null
  #state: NetworkState = 'disabled'
  #error: string | null = null
  #keyIsUsedElsewhere = false
  /** Queue that makes changes of state run one after another. */
  #changing: Promise<unknown> = Promise.resolve()

  private constructor(deps: NetworkDeps, db: NetworkDb, identity: NetworkIdentity) {
    this.#deps = deps
    this.db = db
    this.#identity = identity
    const parts = openParts({
      ...deps,
      db,
      clock: deps.clock ?? systemClock,
      random: deps.random ?? Math.random,
      key: () => identity.key,
      transport: () => this.#transport,
      openTransport: (options) => this.openTransport(options),
      details: () => this.details(),
      card: () => this.card(),
      sign: (message) => this.sign(message),
      describe: (device) => this.describe(device),
      onKeyUsedElsewhere: () => {
        this.#keyIsUsedElsewhere = true
      },
    })
    this.registry = parts.registry
    this.grants = parts.grants
    this.sessions = parts.sessions
    this.nearby = parts.nearby
    this.transfers = parts.transfers
    this.spacedrop = parts.spacedrop
    this.meeting = parts.meeting
    this.roaming = parts.roaming
    this.#portMapping = parts.portMapping
    this.membership = parts.membership
    this.sidecars = parts.sidecars
    this.messages = parts.messages
    this.jobs = parts.jobs
  }

  /**
   * Reads this device's identity and the paired devices; networking is off. Throws `VersionMismatch`, and errors of
   * reading the key. If the list of devices cannot be opened, networking stays off with a notice.
   */
  static async open(deps: NetworkDeps): Promise<Network> {
    const { dataDir, log } = deps
    const now = (deps.clock ?? systemClock).now
    const device = deps.device().id
    const identity = await NetworkIdentity.open({ dataDir, device, log, now })
    const opening = { device, log, now }
    try {
      const db = await NetworkDb.open({ ...opening, file: join(dataDir, 'network.db') })
      return new Network(deps, db, identity)
    } catch (err) {
      if (!(err instanceof CoreError)) throw err
      // People must be able to use their own files even if the disk is full, so the engine opens without networking.
      log.error({ err }, `the paired devices cannot be read, and networking stays off: ${err.message}`)
      const db = await NetworkDb.open({ ...opening, file: IN_MEMORY })
      const network = new Network(deps, db, identity)
      network.#unusable = err
      network.#enter('failed', err.message)
      return network
    }
  }

  get state(): NetworkState {
    return this.#state
  }

  status(): NetworkStatus {
    const { id, name } = this.#deps.device()
    return {
      state: this.#state,
      id,
      name,
      key: this.#identity.key,
      isWrapped: this.#identity.isWrapped,
      addresses: [...(this.#transport?.addresses() ?? [])],
      relay: this.#transport?.relay() ?? null,
      portMapping: this.#portMapping.status(),
      devices: { paired: this.registry.list().length, connected: this.sessions.connected().length },
      error: this.#error,
    }
  }

  /** Problems that the user should take care of, one sentence each. */
  notices(): string[] {
    const elsewhere =
      'another program on the network has the key of this device: a restored backup, or a copy, that runs at the same time; stop one of them, or delete network-key.json of the copy and pair it anew'
    return [
      this.#identity.notice,
      this.db.notice,
      ...this.grants.notices(),
      this.#state === 'failed' ? `networking could not be started: ${this.#error}` : null,
      this.#state === 'locked'
        ? 'networking waits for its password: `spacedrive network start --password <password>`'
        : null,
      this.#keyIsUsedElsewhere ? elsewhere : null,
      ...this.sessions.connected().map(({ id, name }) => skewNotice(name, this.sessions.details(id)?.skewMs ?? 0)),
    ].filter((notice) => notice !== null)
  }

  /**
   * Creates the key if there is none, opens an endpoint, and connects to the paired devices. Does nothing if networking
   * is already on, except that it checks a given password. A wrapped key needs its password; if that is missing or
   * wrong, throws `NotAuthorised`. Throws `Conflict` if the port is taken, and `Unsupported` if there is no build of
   * Iroh for this machine.
   */
  start(password: string | null = null): Promise<void> {
    return this.#change(() => this.#start(password))
  }

  /** Like `start`, for the start of the engine: if it fails, it sets a state and a notice instead of throwing. */
  async startIfPossible(): Promise<void> {
    if (this.#identity.isLocked) {
      this.#enter('locked')
      return
    }
    await this.start().catch((err: unknown) => {
      this.#deps.log.warn({ err }, `networking could not be started: ${errorMessage(err)}`)
    })
  }

  /** Closes the connections to all devices, and the endpoint. Idempotent. */
  stop(): Promise<void> {
    return this.#change(async () => {
      await this.#close()
      this.#identity.lock()
      this.#enter('disabled')
    })
  }

  /** Restarts networking with the current settings; does nothing if it is off. */
  restart(): Promise<void> {
    return this.#change(async () => {
      if (this.#state !== 'running') return
      await this.#close()
      await this.#start(null)
    })
  }

  /**
   * Creates the key, or wraps the existing one with another password; null stores it unwrapped. `current` is the
   * present password. Throws `NotAuthorised` if it is needed, but missing or wrong.
   */
  async init({ current, password }: { password: string | null; current: string | null }): Promise<void> {
    await this.#change(async () => {
      if (this.#identity.key === null) await this.#identity.unlock(password)
      else {
        await this.#identity.unlock(current)
        await this.#identity.rewrap(password)
      }
    })
  }

  /** The facts that this device tells others about itself. */
  details(): DeviceDetails {
    const { capabilities, id, name, os } = this.#deps.device()
    return { id, name: name.slice(0, MAX_NAME), os: os.platform, capabilities }
  }

  /** All facts that another device needs to pair with this one. Throws `Offline` while networking is off. */
  card(): DeviceCard {
    const { addresses, key, relay } = this.transport
    return {
      ...this.details(),
      key,
      addresses: addresses.call(this.transport).slice(0, MAX_ADDRESSES),
      relay: relay.call(this.transport),
    }
  }

  /**
   * Signs as this device: Ed25519, 64 bytes. Creates the key if there is none. Throws `Offline` while the key is
   * locked.
   */
  async sign(message: Uint8Array): Promise<Uint8Array> {
    if (this.#identity.isLocked) throw networkingIsOff()
    return signWith(await this.#identity.unlock(null), message)
  }

  /** The endpoint. Throws `Offline` while networking is off. */
  get transport(): Transport {
    if (!this.#transport) throw networkingIsOff()
    return this.#transport
  }

  /**
   * Opens a separate endpoint beside the one of this device, for example for a pairing code. The caller closes it.
   * Strangers connect to it, so it answers only the local network unless the settings allow more. `isLocal`: the relay
   * does not learn of it either.
   */
  openTransport({ isLocal = false, ...options }: Parameters<OpenTransport>[0]): Promise<Transport> {
    const { address, relay, rendezvous, strangers } = this.#deps.settings()
    const endpoint = endpointOf({ address, relay: isLocal ? '' : relay, port: 0 })
    // Setting a rendezvous means that devices in other networks should find this one.
    const isLocalOnly = isLocal || (strangers === 'local' && rendezvous === '')
    return this.#deps.makeTransport({ ...options, ...endpoint, isLocalOnly, log: this.#deps.log })
  }

  get pairing(): Pairing {
    return this.meeting.pairing
  }

  /** Every paired device as people see it, by name. */
  devices(): NetworkDevice[] {
    return this.registry.list().map((device) => this.describe(device))
  }

  describe(device: PairedDevice): NetworkDevice {
    const now = (this.#deps.clock ?? systemClock).now()
    return describeDevice(device, { sessions: this.sessions, isOn: this.#state === 'running', now })
  }

  /** Runs all checks on the connection between devices. If a device is given, also tries to reach it. */
  diagnose(device: PairedDevice | null, signal: AbortSignal): Promise<NetworkDiagnosis> {
    const { discovery, rendezvous } = this.meeting
    const deps = {
      status: this.status(),
      settings: this.#deps.settings(),
      sessions: this.sessions,
      devices: this.registry.list(),
      transport: this.#transport,
      outside: this.roaming.outside,
      discoveryProblem: discovery?.problem() ?? null,
      rendezvousProblem: rendezvous?.problem ?? null,
      heardAgoMs: ({ key }: PairedDevice) => discovery?.heardAgoMs(key) ?? null,
      now: (this.#deps.clock ?? systemClock).now,
    }
    return diagnose(deps, device, signal)
  }

  /** Ends a pairing: on this device at once, on the other device as soon as it can be reached. */
  revoke(id: DeviceId): PairedDevice {
    const shared = this.membership.sharedWith(id)
    const device = this.registry.remove(id, { refuse: true })
    // Other members learn of the removal from the signed lists, now or when they connect.
    for (const library of shared) {
      this.membership.remove(library, device, [device.key]).catch((err: unknown) => {
        this.#deps.log.warn(
          { library, device: device.name, err: errorMessage(err) },
          'cannot remove a revoked device from the list of members of a library',
        )
      })
    }
    return device
  }

  async close(): Promise<void> {
    this.membership[Symbol.dispose]()
    await this.sidecars[Symbol.asyncDispose]()
    this.spacedrop[Symbol.dispose]()
    await this.transfers[Symbol.asyncDispose]()
    await this.#change(() => this.#close())
    this.db[Symbol.dispose]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #start(password: string | null): Promise<void> {
    if (this.#transport) {
      // A given password must be checked, even if the key is not locked.
      if (password !== null) await this.#identity.unlock(password)
      return
    }
    if (this.#unusable) throw this.#unusable
    try {
      const seed = await this.#identity.unlock(password)
      const { log, settings } = this.#deps
      const transport = await openEndpoint(seed, { ...this.#deps, db: this.db })
      this.#transport = transport
      transport.onPeer((link) => this.#accept(link))
      this.sessions.start(transport)
      this.nearby.start()
      this.meeting.start({ transport, ...settings() })
      this.roaming.start({ transport, relay: settings().relay })
      this.#portMapping.start(transport)
      log.info({ key: transport.key, addresses: transport.addresses() }, 'networking is on')
      this.#enter('running')
    } catch (err) {
      if (this.#identity.isLocked) this.#enter('locked')
      else this.#enter('failed', errorMessage(err))
      throw err
    }
  }

  async #close(): Promise<void> {
    const transport = this.#transport
    if (!transport) return
    this.roaming.stop()
    await this.#portMapping.stop()
    await this.nearby.close()
    await this.meeting.stop()
    await this.sessions.stop()
    this.#transport = null
    await transport.close()
  }

  #accept(link: Link): void {
    this.meeting.arrived(link.key)
    if (link.alpn === alpns.paired) this.sessions.accept(link)
    else link.close('strangers have endpoints of their own')
  }

  #change<T>(change: () => Promise<T>): Promise<T> {
    const changed = this.#changing.then(change)
    this.#changing = changed.catch(() => {})
    return changed
  }

  #enter(state: NetworkState, error: string | null = null): void {
    const isNew = state !== this.#state || error !== this.#error
    this.#state = state
    this.#error = error
    if (isNew) this.#deps.events.emit('network.state-changed', { state, error })
  }
}
