import { createHash } from 'node:crypto'
import type { MemoryNetwork } from '../../../../testing/memory-network/index.ts'
import { DeviceId } from '../../../domain/index.ts'
import { silentLogger } from '../../../util/logger.ts'
import { hexToUuid } from '../../../util/uuid.ts'
import { NetworkDb } from '../../db/network-db.ts'
import { peerKeyOf } from '../../identity/ed25519.ts'
import type { DeviceCard } from '../../registry/device-card.ts'
import { Registry } from '../../registry/registry.ts'
import { alpns, type Transport } from '../../transport/transport.ts'
import { Sessions } from '../sessions.ts'

/** A simulated device. Its knowledge outlives its networking. */
export interface SessionDevice {
  readonly name: string
  readonly card: DeviceCard
  readonly registry: Registry
  readonly sessions: Sessions
  /** In the order they happened: `+bob`, `-bob`. */
  readonly history: readonly string[]
  readonly keyUsedElsewhere: () => boolean
  /** The names of those it is connected with. */
  connected(): string[]
  /** Opens its endpoint. */
  start(): Transport
  /** Ends in good order. */
  stop(): Promise<void>
  /** Stops without notice, and loses its knowledge of its connections. */
  kill(): Promise<void>
}

/** Devices in one simulation, all paired with each other, none started. */
export async function pairedDevices(
  network: MemoryNetwork,
  names: readonly string[],
  random: () => number,
): Promise<SessionDevice[]> {
  const devices = await Promise.all(names.map((name) => createDevice({ network, name, machine: name, random })))
  for (const { registry, card } of devices)
    for (const other of devices) if (other.card !== card) registry.add(other.card)
  return devices
}

export interface DeviceOptions {
  readonly network: MemoryNetwork
  readonly name: string
  readonly machine: string
  readonly random: () => number
}

export async function createDevice({ machine, name, network, random }: DeviceOptions): Promise<SessionDevice> {
  const seed = createHash('sha256').update(name).digest()
  const id = DeviceId.parse(uuidOf(name))
  const { clock } = network
  const db = await NetworkDb.open({ file: ':memory:', device: id, log: silentLogger, now: () => clock.now() })
  const key = peerKeyOf(seed)
  const own = { id, key, name, slug: name }
  const registry = new Registry({ db, log: silentLogger, own: () => own, now: () => clock.now() })
  const details = { id, name, os: 'linux', capabilities: {} }
  const history: string[] = []
  let usedElsewhere = false
  let transport: Transport | null = null
  const sessions = new Sessions({
    registry,
    own: () => ({ version: '0.1.0', device: details }),
    clock,
    random,
    log: silentLogger,
    onKeyUsedElsewhere: () => (usedElsewhere = true),
  })
  const nameOf = (other: string) => registry.get(DeviceId.parse(other))?.name ?? 'stranger'
  sessions.onConnected((peer) => history.push(`+${peer.name}`))
  sessions.onDisconnected((other) => history.push(`-${nameOf(other)}`))
  // A first endpoint tells the address the machine has; it keeps its port.
  const probe = network.open(machine, { seed })
  const { port } = probe
  const addresses = [...probe.addresses()]
  await probe.close()
  return {
    name,
    card: { ...details, key, addresses, relay: null },
    registry,
    sessions,
    history,
    keyUsedElsewhere: () => usedElsewhere,
    connected: () =>
      sessions
        .connected()
        .map((peer) => peer.name)
        .toSorted(),
    start() {
      const opened = network.open(machine, { seed, port, alpns: [alpns.paired] })
      opened.onPeer((link) => sessions.accept(link))
      sessions.start(opened)
      transport = opened
      return opened
    },
    async stop() {
      await sessions.stop()
      await transport?.close()
    },
    async kill() {
      network.kill(machine)
      await sessions.stop()
    },
  }
}

function uuidOf(name: string): string {
  const hex = createHash('sha256').update(`device ${name}`).digest('hex').slice(0, 32)
  return hexToUuid(`${hex.slice(0, 12)}7${hex.slice(13, 16)}8${hex.slice(17)}`)
}
