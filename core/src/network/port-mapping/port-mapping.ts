import { randomInt } from 'node:crypto'
import { BlockList } from 'node:net'
import { join } from 'node:path'
import type { PortMapping as Status } from '../../domain/index.ts'
import { errorMessage } from '../../util/errors.ts'
import { heard } from '../../util/heard.ts'
import type { Logger } from '../../util/logger.ts'
import { type Clock, sleep } from '../clock.ts'
import { isReflected } from '../roaming/learn-address.ts'
import { formatAddress, parseAddress } from '../transport/addresses.ts'
import type { Transport } from '../transport/transport.ts'
import { findRouter, SEARCH_PORT } from './find-router.ts'
import { findGateway, type Gateway } from './gateway.ts'
import { type Remembered, RememberedMappings } from './remembered.ts'
import { PORT_IS_TAKEN, type Router, RouterRefusal } from './router.ts'

/** How long a router keeps a mapping that is not renewed, in seconds. */
const LEASE_S = 3_600
/** Half of the lease, so that a failed renewal can be repeated in time. */
const RENEW_MS = (LEASE_S / 2) * 1_000
/** Wait after a failure, in milliseconds. */
const RETRY_MS = 5 * 60_000
/** Removing a mapping may delay the end of the daemon by this time. */
const REMOVE_TIMEOUT_MS = 4_000
/**
 * How long a mapping that was not removed is shown after its lease, in milliseconds. Most routers end it with the
 * lease.
 */
const SHOWN_MS = 6 * 3_600_000
/** How many outside ports are tried if other devices already have them. */
const MAX_PORTS = 4
/** Ports that usually have no service (RFC 6335). */
const DYNAMIC_PORTS = { from: 49_152, to: 65_535 }

export interface PortMappingDeps {
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Logger
  /** Whether the user has switched port mappings on. */
  readonly isOn: () => boolean
  /** Called when a port was mapped for the first time, or a mapping was removed. `address`: the outside address. */
  readonly onChange: (what: 'mapped' | 'removed', address: string) => void
  readonly findGateway?: () => Promise<Gateway | null>
  /** UDP port at which routers wait for searches. */
  readonly searchPort?: number
}

/** The state from `start` to `stop`. */
interface Running {
  readonly transport: Transport
  readonly ending: AbortController
  /** Ends the wait for the next check. */
  wake: () => void
  done: Promise<void>
}

interface Mapped extends Gateway {
  readonly internalPort: number
  /** The outside port. */
  readonly port: number
  /** The outside address with its port, such as `203.0.113.9:4433`. */
  readonly address: string
  /** The time of the request to the router, by both clocks: in ticks, and in milliseconds since 1970. */
  readonly ticks: number
  readonly at: number
}

/**
 * Asks the router to forward one UDP port to the endpoint for paired devices, if the user has switched that on. The
 * mapping is renewed while networking is on, and removed when it stops. A mapping that a killed daemon left behind is
 * removed at the next start, whatever the setting is then.
 */
export class PortMapping {
  readonly #deps: PortMappingDeps
  readonly #remembered: RememberedMappings
  #running: Running | null = null
  #mapped: Mapped | null = null
  #failure: string | null = null

  constructor(deps: PortMappingDeps) {
    this.#deps = deps
    this.#remembered = new RememberedMappings(join(deps.dataDir, 'port-mappings.json'), deps.clock.now)
  }

  status(): Status {
    if (!this.#deps.isOn() || !this.#running) return { state: 'off', ...this.#left() }
    if (this.#mapped) return { state: 'mapped', address: this.#mapped.address, reason: null }
    if (this.#failure !== null) return { state: 'failed', address: null, reason: this.#failure }
    return { state: 'asking', address: null, reason: null }
  }

  /** Call it when networking is on. Returns at once; the router is asked in the background. */
  start(transport: Transport): void {
    const running: Running = { transport, ending: new AbortController(), wake: () => {}, done: Promise.resolve() }
    this.#running = running
    this.#failure = null
    running.done = heard(this.#follow(running))
  }

  /** Call it when the addresses of this device have changed, because there may be another router. */
  look(): void {
    this.#running?.wake()
  }

  /**
   * Removes the mapping, before the endpoint is closed. Takes a few seconds if the router does not answer. Idempotent.
   */
  async stop(): Promise<void> {
    const running = this.#running
    if (!running) return
    running.ending.abort()
    await running.done
    await this.#removeAll(AbortSignal.timeout(REMOVE_TIMEOUT_MS))
    await this.#clear(running)
    this.#running = null
  }

  async #follow(running: Running): Promise<void> {
    const { signal } = running.ending
    try {
      await this.#remembered.load()
      for (let isFirst = true; !signal.aborted; isFirst = false) {
        const woken = new AbortController()
        running.wake = () => woken.abort()
        const isOn = this.#deps.isOn()
        if (isFirst || !isOn) await this.#removeAll(signal)
        if (!isOn && this.#remembered.list().length === 0) return
        const ms = isOn ? await this.#refresh(running) : this.#untilNextRemoval()
        await sleep(this.#deps.clock, ms, AbortSignal.any([woken.signal, signal])).catch(() => {})
      }
    } catch (err) {
      if (signal.aborted) return
      this.#fail(err)
    }
  }

  /**
   * Milliseconds until the next attempt to remove mappings. It is shorter if a router has not answered a request,
   * because the router may still make that mapping.
   */
  #untilNextRemoval(): number {
    return this.#remembered.list().some(({ answered }) => !answered) ? RETRY_MS : RENEW_MS
  }

  /** Maps the port, or renews the mapping if it is time. Returns the milliseconds until the next check. */
  async #refresh(running: Running): Promise<number> {
    const { signal } = running.ending
    let isHeld = false
    try {
      const place = await this.#place()
      const internalPort = portAt(place.own, running.transport)
      const mapped = this.#mapped
      const isSame =
        mapped?.gateway === place.gateway && mapped.own === place.own && mapped.internalPort === internalPort
      const age = mapped ? this.#ageOf(mapped) : 0
      if (isSame && age < RENEW_MS) return RENEW_MS - age
      isHeld = isSame && age < LEASE_S * 1_000
      if (mapped && !isSame) {
        await this.#clear(running)
        // The earlier mapping must not stay: another device may soon get the earlier address of this one.
        await this.#removeAll(signal)
      }
      await this.#map(running, { ...place, internalPort, signal })
      return RENEW_MS
    } catch (err) {
      if (signal.aborted) return 0
      if (!isHeld || err instanceof RouterRefusal) {
        await this.#clear(running)
        this.#fail(err)
      }
      return RETRY_MS
    }
  }

  /**
   * The age of a mapping, by whichever clock shows more: one clock stops while the machine sleeps, and users can
   * change the other.
   */
  #ageOf({ at, ticks }: Mapped): number {
    const { clock } = this.#deps
    return Math.max(clock.ticks() - ticks, clock.now() - at)
  }

  /** A mapping that the router may still have although it should not. */
  #left(): { address: string | null; reason: string | null } {
    const left = this.#shown().at(-1)
    if (!left) return { address: null, reason: null }
    const address = formatAddress(left.outside, left.port)
    return {
      address,
      reason: `the router at ${left.gateway} may still forward ${address} to this device: the mapping is not removed yet`,
    }
  }

  #shown(): readonly Remembered[] {
    const now = this.#deps.clock.now()
    return this.#remembered.list().filter(({ until }) => until + SHOWN_MS > now)
  }

  async #place(): Promise<Gateway> {
    const place = await (this.#deps.findGateway ?? findGateway)()
    if (!place) throw new Error('this machine has no IPv4 router')
    return place
  }

  async #router(place: Gateway, signal: AbortSignal): Promise<Router> {
    const { searchPort = SEARCH_PORT } = this.#deps
    const router = await findRouter(place, { searchPort, signal })
    if (!router) throw new Error(`the router at ${place.gateway} does not answer; UPnP may be off there`)
    return router
  }

  async #map(
    running: Running,
    { gateway, internalPort, own, signal }: Gateway & { readonly internalPort: number; readonly signal: AbortSignal },
  ): Promise<void> {
    const { clock, log, onChange } = this.#deps
    const router = await this.#router({ gateway, own }, signal)
    const outside = await router.externalAddress(signal)
    if (notPublic.check(outside))
      throw new Error(`the router's outside address ${outside} is not public: another router is in front of it`)
    signal.throwIfAborted()
    const port = await this.#ask(router, { gateway, own, outside, internalPort, signal })
    const address = formatAddress(outside, port)
    const before = this.#mapped?.address
    if (before !== address) {
      await this.#clear(running)
      if (isReflected(running.transport)) await running.transport.addExternalAddress(address)
    }
    this.#mapped = { gateway, own, internalPort, port, address, ticks: clock.ticks(), at: clock.now() }
    this.#failure = null
    if (before === address) return
    log.info({ router: gateway, address, internalPort }, 'the router forwards a port to this device')
    onChange('mapped', address)
  }

  /**
   * Asks for the previous outside port, or else for the inside port; then for random ports. Returns the outside port.
   */
  async #ask(
    router: Router,
    {
      gateway,
      internalPort,
      outside,
      own,
      signal,
    }: Gateway & { readonly outside: string; readonly internalPort: number; readonly signal: AbortSignal },
  ): Promise<number> {
    let port = this.#mapped?.port ?? internalPort
    for (let left = MAX_PORTS; ; left--) {
      const until = this.#deps.clock.now() + LEASE_S * 1_000
      const place = { gateway, router: router.id, own, outside, port, internalPort, until }
      const asked: Remembered = { ...place, answered: false }
      // Stored before the request. Otherwise, after a kill in between, no program would know of the mapping.
      await this.#remembered.add(asked)
      try {
        await router.add({ port, internalPort }, LEASE_S)
        await this.#remembered.add({ ...place, answered: true })
        return port
      } catch (err) {
        if (err instanceof RouterRefusal) await this.#remembered.forget(asked)
        if (!(err instanceof RouterRefusal) || err.code !== PORT_IS_TAKEN || left === 1) throw err
        signal.throwIfAborted()
        port = randomInt(DYNAMIC_PORTS.from, DYNAMIC_PORTS.to + 1)
      }
    }
  }

  /**
   * Removes every known mapping of the present router. Mappings of other routers are remembered until this device is
   * in their networks again. Never throws.
   */
  async #removeAll(signal: AbortSignal): Promise<void> {
    if (this.#remembered.list().length === 0) return
    const { clock, log, onChange } = this.#deps
    try {
      const place = await this.#place()
      const here = this.#remembered.list().filter(({ gateway }) => gateway === place.gateway)
      if (here.length === 0) return
      const router = await this.#router(place, signal)
      for (const mapping of here.filter(({ router: id }) => id === null || id === router.id)) {
        const address = formatAddress(mapping.outside, mapping.port)
        const client = formatAddress(mapping.own, mapping.internalPort)
        const wasThere = await router.remove(mapping.port, { client, signal })
        // If a slow router has not answered, it may still make the mapping.
        const isOver = mapping.answered || mapping.until <= clock.now()
        if (wasThere || isOver) await this.#remembered.forget(mapping)
        if (!wasThere) continue
        log.info({ router: place.gateway, address }, 'the router no longer forwards a port to this device')
        onChange('removed', address)
      }
    } catch (err) {
      if (this.#shown().length === 0) return
      const reason = errorMessage(err)
      log.warn({ reason }, 'cannot remove a port mapping from the router; most routers remove it within an hour')
    }
  }

  /** Stops announcing the mapping to other devices. */
  async #clear({ transport }: Running): Promise<void> {
    const address = this.#mapped?.address
    this.#mapped = null
    if (address !== undefined && isReflected(transport)) await transport.removeExternalAddress(address)
  }

  #fail(err: unknown): void {
    const reason = errorMessage(err)
    if (reason !== this.#failure) this.#deps.log.warn({ reason }, 'the router forwards no port to this device')
    this.#failure = reason
  }
}

/** The port at which the endpoint listens on an address of this machine. Learned addresses do not count. */
function portAt(own: string, transport: Transport): number {
  const port = transport
    .listening()
    .map(parseAddress)
    .find((address) => address?.host === own)?.port
  if (port === undefined) throw new Error(`networking does not listen at ${own}, which leads to the router`)
  return port
}

/** IPv4 addresses that cannot be reached from the internet (RFC 6890). */
const notPublic = new BlockList()
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(net, prefix, 'ipv4')
