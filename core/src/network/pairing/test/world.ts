import { randomBytes } from 'node:crypto'
import { createMemoryNetwork, type MemoryNetwork } from '../../../../testing/memory-network/index.ts'
import type { DeviceId, PairingStatus } from '../../../domain/index.ts'
import { silentLogger } from '../../../util/logger.ts'
import { uuidv7 } from '../../../util/uuid.ts'
import { peerKeyOf, signWith } from '../../identity/ed25519.ts'
import { alpns } from '../../transport/transport.ts'
import type { PairingDeps } from '../deps.ts'
import { type NewPairedDevice, Pairing, pairingLimits } from '../index.ts'
import type { PairingLimits } from '../limits.ts'

/** One device that pairs, and the result of its pairing. */
export interface PairingMachine extends AsyncDisposable {
  readonly pairing: Pairing
  readonly card: NewPairedDevice['card']
  readonly stored: NewPairedDevice[]
  readonly states: PairingStatus['state'][]
}

export interface MachineOptions extends Partial<Pick<PairingDeps, 'openTransport' | 'store' | 'self' | 'randomBytes'>> {
  readonly limits?: Partial<PairingLimits>
}

/** However slow the machine is, steps that need no person are in time. */
const limits: PairingLimits = { ...pairingLimits, findMs: 60_000, stepMs: 60_000, lingerMs: 100 }

/** A device on an in-memory network, where devices find each other by address only. */
export function createMachine(network: MemoryNetwork, name: string, options: MachineOptions = {}): PairingMachine {
  const seed = randomBytes(32)
  const stored: NewPairedDevice[] = []
  const states: PairingStatus['state'][] = []
  const own = {
    id: uuidv7() as DeviceId,
    name,
    os: 'linux',
    capabilities: {},
    key: peerKeyOf(seed),
    addresses: ['10.0.0.9:9'],
    relay: null,
  }
  const pairing = new Pairing({
    openTransport: async (key) => network.open(name, { seed: Buffer.from(key), alpns: [alpns.pairing] }),
    self: () => ({ card: own, sign: async (message) => signWith(seed, message) }),
    store: async (device) => void stored.push(device),
    forget: async ({ id }) => void stored.splice(0, stored.length, ...stored.filter(({ card }) => card.id !== id)),
    discovery: () => null,
    relay: () => null,
    changed: ({ state }) => states.at(-1) !== state && states.push(state),
    randomBytes,
    now: Date.now,
    log: silentLogger,
    ...options,
    limits: { ...limits, ...options.limits },
  })
  return { pairing, card: own, stored, states, [Symbol.asyncDispose]: () => pairing.close() }
}

/** A network whose time goes on by itself. */
export function createWorld(): { network: MemoryNetwork } & Disposable {
  const network = createMemoryNetwork({ seed: 1, latencyMs: 1 })
  const running = network.run()
  return { network, [Symbol.dispose]: () => running[Symbol.dispose]() }
}

export function forever(): AbortSignal {
  return new AbortController().signal
}
