import { randomBytes } from 'node:crypto'
import { vi } from 'vitest'
import { createMemoryNetwork, type MemoryNetwork } from '../../../../testing/memory-network/index.ts'
import type { DeviceId } from '../../../domain/index.ts'
import { silentLogger } from '../../../util/logger.ts'
import { uuidv7 } from '../../../util/uuid.ts'
import { systemClock } from '../../clock.ts'
import type { Stranger } from '../../discovery/index.ts'
import { alpns } from '../../transport/transport.ts'
import type { Guest } from '../guest.ts'
import { type NearbyLimits, nearbyLimits } from '../limits.ts'
import { Nearby, type NearbyDeps } from '../nearby.ts'

/** One device among strangers, and the devices that have connected to it. */
export interface NearbyMachine extends AsyncDisposable {
  readonly nearby: Nearby
  readonly arrived: Guest[]
  readonly over: Guest[]
}

/** Machines on a network whose time flies, while theirs goes as it does; whoever lets itself be seen is seen by all. */
export interface NearbyWorld extends Disposable {
  readonly network: MemoryNetwork
  /** Other announcements on the network, such as a stranger that uses a foreign name. */
  readonly heard: Stranger[]
  machine(name: string, deps?: Partial<NearbyDeps>): NearbyMachine
}

export function createNearbyWorld(): NearbyWorld {
  const network = createMemoryNetwork({ seed: 3, latencyMs: 1 })
  const running = network.run()
  const heard: Stranger[] = []
  const all: Nearby[] = []
  const seen = () => all.flatMap((each) => each.advert() ?? []).map((advert) => ({ ...advert, heardAt: Date.now() }))
  let endpoints = 0
  return {
    network,
    heard,
    machine(name, deps = {}) {
      const [arrived, over]: Guest[][] = [[], []]
      const nearby = new Nearby({
        openTransport: async (seed) =>
          network.open(`${name}-${++endpoints}`, { seed: Buffer.from(seed), alpns: [alpns.spacedrop] }),
        discovery: () => ({ strangers: () => [...seen(), ...heard], look: () => {}, leave: () => {} }),
        own: () => ({ name, os: 'linux' }),
        isReceiving: () => true,
        isNewOffer: () => true,
        randomBytes,
        clock: systemClock,
        log: silentLogger,
        changed: () => {},
        onGuest: (guest) => void arrived!.push(guest),
        onOver: (guest) => void over!.push(guest),
        ...deps,
        limits: { ...limits, ...deps.limits },
      })
      nearby.start()
      all.push(nearby)
      return { nearby, arrived: arrived!, over: over!, [Symbol.asyncDispose]: () => nearby.close() }
    },
    [Symbol.dispose]: () => running[Symbol.dispose](),
  }
}

export const MINUTES = 60_000

/** However slow the machine is, steps that need no person are in time. */
export const limits: NearbyLimits = { ...nearbyLimits, stepMs: MINUTES, lingerMs: 100 }

/** Dials whoever is called so, as far as the number. */
export function meet({ nearby }: NearbyMachine, name: string): Promise<Guest> {
  return nearby.meet(nearby.find(name), { id: uuidv7(Date.now()) as DeviceId, offer: uuidv7(Date.now()) }, forever())
}

/** Both sides of a meeting: the dialled link and the accepted link. */
export async function metBy(one: NearbyMachine, other: NearbyMachine, name: string): Promise<[Guest, Guest]> {
  const there = other.arrived.length
  const guest = await meet(one, name)
  await vi.waitUntil(() => other.arrived.length > there, { interval: 5 })
  return [guest, other.arrived[there]!]
}

export function forever(): AbortSignal {
  return new AbortController().signal
}
