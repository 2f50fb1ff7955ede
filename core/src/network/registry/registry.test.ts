import { writeFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../testing/temp-dir.ts'
import { DeviceId, type GrantRequest, PeerKey } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { NetworkDb } from '../db/network-db.ts'
import { Grants } from '../grants/grants.ts'
import { DiscoverySecrets } from '../discovery/index.ts'
import type { DeviceCard } from './device-card.ts'
import { Registry } from './registry.ts'

const OWN = { id: idOf(1), key: keyOf(1), name: 'Own', slug: 'own' }

function idOf(n: number): DeviceId {
  return DeviceId.parse(`0199c0de-0000-7000-8000-${String(n).padStart(12, '0')}`)
}

function keyOf(n: number): PeerKey {
  return PeerKey.parse(String(n).padStart(64, '0'))
}

function cardOf(n: number, change: Partial<DeviceCard> = {}): DeviceCard {
  const name = `Laptop ${n}`
  return {
    id: idOf(n),
    key: keyOf(n),
    name,
    os: 'linux',
    capabilities: {},
    addresses: [`10.0.0.${n}:1`],
    relay: null,
    ...change,
  }
}

async function openAll(file = ':memory:', device = OWN.id) {
  const db = await NetworkDb.open({ file, device, log: silentLogger, now: () => 1 })
  const registry = new Registry({ db, own: () => OWN, now: () => 1, log: silentLogger })
  const requested: GrantRequest[] = []
  const grants = new Grants({
    db,
    registry,
    now: () => 1,
    onRequested: (request) => requested.push(request),
    onChanged: () => {},
  })
  return { db, registry, grants, requested, [Symbol.dispose]: () => db[Symbol.dispose]() }
}

test('what is paired is there after a restart, and found by id, name and slug', async () => {
  using dir = createTempDir()
  const file = join(dir.path, 'network.db')
  {
    using first = await openAll(file)
    first.registry.add(cardOf(2, { capabilities: { indexing: true }, relay: 'https://relay.example' }))
    first.registry.seenAt(idOf(2), { addresses: ['10.0.0.9:1'], relay: null })
  }
  using second = await openAll(file)
  const device = second.registry.find('laptop-2')
  expect(device).toEqual({
    id: idOf(2),
    key: keyOf(2),
    name: 'Laptop 2',
    slug: 'laptop-2',
    os: 'linux',
    capabilities: { indexing: true },
    pairedAt: 1,
    lastSeenAt: null,
    addresses: ['10.0.0.9:1', '10.0.0.2:1'],
    relay: 'https://relay.example',
    blocked: false,
  })
  expect([second.registry.find('Laptop 2'), second.registry.find(idOf(2))]).toEqual([device, device])
  expect(() => second.registry.find('Laptop')).toThrow('did you mean')
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('nobody claims the id or the key of another device, or of this one', async () => {
  using w = await openAll()
  w.registry.add(cardOf(2))
  const claims = [
    cardOf(2, { key: keyOf(3) }),
    cardOf(3, { key: keyOf(2) }),
    cardOf(3, { id: OWN.id }),
    cardOf(3, { key: OWN.key }),
  ]
  for (const claim of claims) expect(() => w.registry.add(claim)).toThrow(expect.objectContaining({ code: 'Conflict' }))
  expect(() => w.registry.describe(keyOf(2), { id: idOf(3), name: 'x', os: '', capabilities: {} })).toThrow(
    'claims a different id',
  )
  expect(w.registry.list()).toHaveLength(1)
})

test('names and slugs name one device each', async () => {
  using w = await openAll()
  w.registry.add(cardOf(2, { name: 'Mac' }))
  w.registry.add(cardOf(3, { name: 'Mac' }))
  w.registry.add(cardOf(4, { name: 'mac!' }))
  w.registry.add(cardOf(5, { name: 'Own' }))
  const names = w.registry.list().map(({ name, slug }) => [name, slug])
  expect(names).toEqual([
    ['Mac', 'mac'],
    ['Mac 2', 'mac-2'],
    ['mac!', 'mac-3'],
    ['Own 2', 'own-2'],
  ])
})

test('a revoked device is forgotten with what it was granted, and its key refused until it is paired again', async () => {
  using w = await openAll()
  w.registry.add(cardOf(2))
  w.grants.allow(idOf(2), 'browse', { everything: true })
  const secrets = new DiscoverySecrets(w.db)
  secrets.put(idOf(2), new Uint8Array(32))
  w.registry.remove(idOf(2), { refuse: true })
  expect([w.registry.byKey(keyOf(2)), w.registry.isRefused(keyOf(2))]).toEqual([null, true])
  expect(w.db.all('select * from discovery_secrets')).toEqual([])
  w.registry.add(cardOf(2))
  expect([w.registry.isRefused(keyOf(2)), w.grants.has(idOf(2), 'browse')]).toEqual([false, false])
})

test('what is not granted is asked for once, and what is granted can be taken back', async () => {
  using w = await openAll()
  const { grants } = w
  w.registry.add(cardOf(2))
  const usual = grants.list().map(({ allowed, what }) => [what, allowed])
  expect(usual).toEqual([
    ['browse', false],
    ['read', false],
    ['send', true],
    ['sidecars', true],
  ])
  for (const _ of [1, 2])
    expect(() => grants.require(idOf(2), 'read')).toThrow(expect.objectContaining({ code: 'NotAuthorised' }))
  expect(w.requested).toEqual([{ device: { id: idOf(2), name: 'Laptop 2' }, what: 'read', path: null }])
  grants.allow(idOf(2), 'read', { everything: true })
  grants.require(idOf(2), 'read')
  expect(grants.list().every(({ requestedAt }) => requestedAt === null)).toBe(true)
  grants.takeBack(idOf(2), 'read')
  expect(grants.has(idOf(2), 'read')).toBe(false)
  w.registry.setBlocked(idOf(2), true)
  expect(grants.has(idOf(2), 'sidecars')).toBe(false)
  expect(() => grants.require(idOf(3), 'read')).toThrow('not paired')
})

test('a damaged database, and that of a copied data folder, are set aside', async () => {
  using dir = createTempDir()
  const file = join(dir.path, 'network.db')
  {
    using first = await openAll(file)
    first.registry.add(cardOf(2))
  }
  {
    using copy = await openAll(file, idOf(7))
    expect([copy.registry.list(), copy.db.notice]).toEqual([[], expect.stringContaining('copied')])
  }
  writeFileSync(file, 'x'.repeat(10_000))
  using damaged = await openAll(file, idOf(7))
  expect([damaged.registry.list(), damaged.db.notice]).toEqual([[], expect.stringContaining('damaged')])
  const aside = readdirSync(dir.path).filter((name) => /^network\.db\.(copied|corrupt)-[-\w]+Z$/.test(name))
  expect(aside).toHaveLength(2)
})

test('what SQLite keeps beside the list is for its user alone from the first byte on', async () => {
  using folder = createTempDir()
  const file = join(folder.path, 'network.db')
  using db = await NetworkDb.open({ file, device: OWN.id, log: silentLogger, now: () => 1 })
  db.run('update owner set port = 1')
  const modes = readdirSync(folder.path).map((name) => [name, statSync(join(folder.path, name)).mode & 0o777])
  expect(Object.fromEntries(modes)).toEqual({ 'network.db': 0o600, 'network.db-shm': 0o600, 'network.db-wal': 0o600 })
})
