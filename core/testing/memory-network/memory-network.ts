import { createHash } from 'node:crypto'
import type { Alpn, LinkPath } from '../../src/network/transport/transport.ts'
import { MemoryLink } from './memory-link.ts'
import { allAlpns, MemoryTransport } from './memory-transport.ts'
import { seededRandom } from './random.ts'
import { VirtualClock } from './virtual-clock.ts'
import { Wire } from './wire.ts'

/** What the way between two machines is like. */
export interface Conditions {
  /** One way, in milliseconds. */
  readonly latencyMs: number
  /** At most so much is added, differently for each piece: streams overtake each other. */
  readonly jitterMs: number
  /** How many of the pieces are lost, 0 to 1: they are sent again, and arrive later. */
  readonly loss: number
}

export interface MemoryNetworkOptions extends Partial<Conditions> {
  readonly seed: number
  /**
   * Waited for between two moments: what an event sets off shall have run before time moves on. By itself enough for
   * promises; where real files or threads take part, wait for those too.
   */
  readonly settle?: () => Promise<void>
}

const defaults: Conditions = { latencyMs: 5, jitterMs: 0, loss: 0 }
/** Until a lost piece is sent again: at least so long, in milliseconds. */
const RETRANSMIT_MS = 200
/** With more than this nothing would ever arrive. */
const MOST_LOSS = 0.95
const FIRST_PORT = 4_433

/**
 * Machines and the way between them, in memory: the time is virtual, and everything that happens follows from the seed.
 * Time moves by `advance` and `until`, or by itself while what `run` returns is not disposed.
 */
export class MemoryNetwork {
  readonly clock = new VirtualClock()
  readonly #random: () => number
  readonly #settle: () => Promise<void>
  readonly #seed: number
  readonly #endpoints = new Set<MemoryTransport>()
  readonly #wires = new Set<Wire>()
  /** The number in the address of each machine. */
  readonly #hosts = new Map<string, number>()
  #nextHost = 1
  #groups: readonly (readonly string[])[] = []
  #conditions: Conditions

  constructor({ seed, settle = settlePromises, ...conditions }: MemoryNetworkOptions) {
    this.#seed = seed
    this.#settle = settle
    this.#random = seededRandom(seed)
    this.#conditions = { ...defaults, ...conditions }
  }

  /** Starts an endpoint; on the same machine again, it is a second one, or what was killed comes back. */
  open(machine: string, options: { seed?: Uint8Array; port?: number; alpns?: readonly Alpn[] } = {}): MemoryTransport {
    if (!this.#hosts.has(machine)) this.#hosts.set(machine, this.#nextHost++)
    const seed = options.seed ?? createHash('sha256').update(machine).digest()
    const port = options.port ?? this.#freePort(machine)
    const transport = new MemoryTransport({ network: this, machine, seed, port, alpns: options.alpns ?? allAlpns })
    this.#endpoints.add(transport)
    return transport
  }

  /** From now on; what is on its way is not changed. */
  set(conditions: Partial<Conditions>): void {
    this.#conditions = { ...this.#conditions, ...conditions }
  }

  /** Machines of different groups do not reach each other; those in none reach all. */
  partition(groups: readonly (readonly string[])[]): void {
    this.#groups = groups
    this.#checkWires()
  }

  heal(): void {
    this.partition([])
  }

  /** Ends what runs on a machine without a word to the others. */
  kill(machine: string): void {
    for (const endpoint of this.#endpoints) if (endpoint.machine === machine) endpoint.kill()
  }

  /** Connections of two machines are lost on both sides at once. */
  drop(machine: string, other: string): void {
    for (const wire of this.#wires) if (wire.joins(machine, other)) wire.lose('the connection was reset')
  }

  /** A machine has another address; its connections go on. */
  move(machine: string): void {
    this.#hosts.set(machine, this.#nextHost++)
  }

  /** Runs all that happens within the next `ms` milliseconds. */
  async advance(ms: number): Promise<void> {
    const end = this.clock.ticks() + ms
    await this.#settle()
    for (;;) {
      const wait = this.clock.untilNext()
      if (wait === null || this.clock.ticks() + wait > end) break
      this.clock.step()
      await this.#settle()
    }
    this.clock.skip(end - this.clock.ticks())
  }

  /** Moves on until something is so. Throws, with the seed, where it is not within `withinMs` of this time. */
  async until(
    isSo: () => boolean,
    { withinMs = 60_000, what = 'the condition' }: { withinMs?: number; what?: string } = {},
  ): Promise<void> {
    const end = this.clock.ticks() + withinMs
    await this.#settle()
    while (!isSo()) {
      const wait = this.clock.untilNext()
      if (wait === null || this.clock.ticks() + wait > end)
        throw new Error(`${what} did not come within ${withinMs} ms (seed ${this.#seed})`)
      this.clock.step()
      await this.#settle()
    }
  }

  /** What a promise comes to, however long that takes here. Throws, with the seed, where it takes longer than `withinMs`. */
  async resolved<T>(promise: Promise<T>, options: { withinMs?: number } = {}): Promise<T> {
    let isSettled = false
    const settled = () => {
      isSettled = true
    }
    promise.then(settled, settled)
    await this.until(() => isSettled, { what: 'the promise', ...options })
    return promise
  }

  /** Moves on by itself, as fast as things happen, until it is disposed: for tests that do not look at the time. */
  run(): Disposable {
    const stop = new AbortController()
    void this.#runUntil(stop.signal)
    return { [Symbol.dispose]: () => stop.abort() }
  }

  // What follows is for the endpoints and connections of this network.

  delay(): number {
    const { latencyMs, jitterMs, loss } = this.#conditions
    let delay = latencyMs + this.#random() * jitterMs
    const isLost = () => this.#random() < Math.min(loss, MOST_LOSS)
    while (isLost()) delay += Math.max(RETRANSMIT_MS, 2 * latencyMs)
    return Math.round(delay)
  }

  reaches(machine: string, other: string): boolean {
    const group = this.#groups.findIndex((members) => members.includes(machine))
    const otherGroup = this.#groups.findIndex((members) => members.includes(other))
    return group === -1 || otherGroup === -1 || group === otherGroup
  }

  addressOf({ machine, port }: { machine: string; port: number }): string {
    const host = this.#hosts.get(machine)!
    return `10.0.${host >> 8}.${host & 255}:${port}`
  }

  endpointAt(address: string): MemoryTransport | null {
    return [...this.#endpoints].find((endpoint) => this.addressOf(endpoint) === address) ?? null
  }

  /** The two ends of a new connection. */
  join(dialler: MemoryTransport, target: MemoryTransport, alpn: Alpn): { near: MemoryLink; far: MemoryLink } {
    const wire = new Wire(this)
    const near = new MemoryLink({
      machine: dialler.machine,
      key: target.key,
      alpn,
      dialled: true,
      wire,
      readPath: () => this.#pathTo(target),
    })
    const far = new MemoryLink({
      machine: target.machine,
      key: dialler.key,
      alpn,
      dialled: false,
      wire,
      readPath: () => this.#pathTo(dialler),
    })
    near.connect(far)
    far.connect(near)
    wire.connect([near, far])
    this.#wires.add(wire)
    return { near, far }
  }

  leave(endpoint: MemoryTransport): void {
    this.#endpoints.delete(endpoint)
  }

  forget(wire: Wire): void {
    this.#wires.delete(wire)
  }

  async #runUntil(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      await this.clock.hasAlarm()
      await this.#settle()
      if (!stopped.aborted) this.clock.step()
    }
  }

  #pathTo(endpoint: MemoryTransport): LinkPath {
    return { kind: 'direct', address: this.addressOf(endpoint), latencyMs: 2 * this.#conditions.latencyMs }
  }

  #checkWires(): void {
    for (const wire of this.#wires) wire.check()
  }

  #freePort(machine: string): number {
    const taken = new Set([...this.#endpoints].filter((e) => e.machine === machine).map(({ port }) => port))
    let port = FIRST_PORT
    while (taken.has(port)) port++
    return port
  }
}

export function createMemoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  return new MemoryNetwork(options)
}

async function settlePromises(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
