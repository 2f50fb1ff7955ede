import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createMemoryNetwork, type MemoryNetwork } from '../../../testing/memory-network/index.ts'
import { seededRandom } from '../../../testing/memory-network/random.ts'
import { LibraryId, type PeerKey } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { NetworkDb } from '../db/network-db.ts'
import { signWith } from '../identity/ed25519.ts'
import { pairedDevices, type SessionDevice } from '../sessions/test/session-devices.ts'
import { Membership, type SharedFolder } from './membership.ts'
import { MemberList } from './member-list.ts'
import type { Statement } from './statement.ts'

/** How many worlds are lived through; `SIMULATIONS=1000` for more. */
const RUNS = Number(process.env['SIMULATIONS'] ?? 25)
const STEPS = 10
const NAMES = ['alice', 'bob', 'carol', 'dave']
/** Longer than any delay before a device is tried again, or a failed exchange is repeated. */
const LONG_MS = 120_000

const library = LibraryId.parse('0198c0de-0000-7000-8000-000000000001')

interface Device {
  readonly session: SessionDevice
  readonly folders: SharedFolder[]
  membership: Membership
  /** The files on its disk. */
  kept(): MemberList | null
  /** Discards the state in memory. */
  restart(): void
}

/** The names of the members, as a device has them on its disk. */
function listOf({ folders, kept }: Device): string[] {
  return folders.length === 0 ? [] : (kept()?.members ?? []).map(({ name }) => name).toSorted()
}

async function createDevice(session: SessionDevice, network: MemoryNetwork): Promise<Device> {
  const { clock } = network
  const { card, name, registry, sessions } = session
  const seed = createHash('sha256').update(name).digest()
  const db = await NetworkDb.open({ file: ':memory:', device: card.id, log: silentLogger, now: () => clock.now() })
  // Invitations are of paired devices.
  for (const each of registry.list())
    db.run(
      `insert into devices(device, key, name, slug, os, capabilities, paired_at, addresses, blocked)
       values (?, ?, ?, ?, 'linux', '{}', 0, '[]', 0)`,
      each.id,
      each.key,
      each.name,
      each.slug,
    )
  const folders: SharedFolder[] = []
  let disk: string | null = null
  const kept = () => {
    const of = disk === null ? null : (JSON.parse(disk) as { root: PeerKey; statements: Statement[] })
    return of && new MemberList({ library, ...of })
  }
  const adopt = (about: { name: string; description: string; createdAt: string }) => {
    const [known] = folders
    if (known) return known
    const made = { id: library, name: about.name, path: name, readOnly: false, manifest: about }
    folders.push(made)
    return made
  }
  const open = () =>
    new Membership({
      peers: sessions,
      registry,
      db,
      clock,
      log: silentLogger,
      own: () => ({ id: card.id, name, key: card.key }),
      sign: async (message) => signWith(seed, message),
      libraries: () => folders,
      adopt: async (about) => adopt(about),
      joinsAtOnce: () => true,
      onInvited: () => {},
      lists: {
        read: kept,
        write: async (_folder, { root, statements }) => {
          disk = JSON.stringify({ root, statements })
        },
      },
    })
  if (name === 'alice') adopt({ name: 'Photos', description: '', createdAt: '2026-01-01T00:00:00.000Z' })
  const device: Device = {
    session,
    folders,
    kept,
    membership: open(),
    restart() {
      device.membership[Symbol.dispose]()
      // The same statements are received twice.
      const [folder] = folders
      if (folder) folders[0] = { ...folder }
      device.membership = open()
    },
  }
  return device
}

async function live(seed: number): Promise<void> {
  const random = seededRandom(seed)
  const network = createMemoryNetwork({ seed, latencyMs: 1 + random() * 50, jitterMs: 20, loss: random() * 0.1 })
  const sessions = await pairedDevices(network, NAMES, random)
  const devices = await Promise.all(sessions.map((session) => createDevice(session, network)))
  const running = new Set(devices)
  for (const { session } of devices) session.start()
  const one = () => devices[Math.floor(random() * devices.length)]!
  for (let step = 0; step < STEPS; step++) {
    const kind = random()
    const [device, other] = [one(), one()]
    const [folder] = device.folders
    if (kind < 0.35 && folder && device !== other)
      await network.resolved(
        device.membership.share(library, device.session.registry.find(other.session.name)).catch(() => {}),
      )
    else if (kind < 0.5 && folder && device !== other)
      await network.resolved(
        device.membership.remove(library, other.session.card, [other.session.card.key]).catch(() => {}),
      )
    else if (kind < 0.58 && folder) await network.resolved(device.membership.leave(library).catch(() => {}))
    else if (kind < 0.7) network.partition([NAMES.filter(() => random() < 0.5)])
    else if (kind < 0.8) network.heal()
    else if (kind < 0.9) {
      if (running.delete(device)) await network.resolved(device.session.kill())
      device.restart()
      device.session.start()
      running.add(device)
    }
    await network.advance(random() * 10_000)
  }
  network.heal()
  await network.advance(LONG_MS)
  // A device that is not a member learns that it is not one, and receives no later statements.
  const members = devices.filter((each) => listOf(each).includes(each.session.name))
  const agreed = members.map(({ session }) => session.name).toSorted()
  for (const each of members) expect(listOf(each), `${each.session.name}, seed ${seed}`).toEqual(agreed)
  for (const each of devices) {
    for (const { session } of devices) {
      if (session === each.session) continue
      const isMember = agreed.includes(each.session.name) && agreed.includes(session.name)
      expect(
        each.membership.isMember(library, session.card.id),
        `${each.session.name} ${session.name}, seed ${seed}`,
      ).toBe(isMember)
    }
  }
  for (const { membership, session } of devices) {
    membership[Symbol.dispose]()
    await network.resolved(session.stop())
  }
}

test('whatever is cut, killed and lost, all members have the same list in the end', async () => {
  expect.hasAssertions()
  for (let seed = 1; seed <= RUNS; seed++) await live(seed)
})
