import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTempDir } from '../../../testing/index.ts'
import { kyselyOver, migrate, openDatabase } from '../../db/index.ts'
import { DeviceId, PeerKey } from '../../domain/index.ts'
import { silentLogger } from '../../util/logger.ts'
import { migrations } from '../db/migrations/index.ts'
import { NetworkDb } from '../db/network-db.ts'
import { Registry } from '../registry/registry.ts'
import { Grants } from './grants.ts'

const OWN = {
  id: DeviceId.parse('0199c0de-0000-7000-8000-000000000001'),
  key: PeerKey.parse('1'.padStart(64, '0')),
  name: 'Own',
  slug: 'own',
}
const laptop = DeviceId.parse('0199c0de-0000-7000-8000-000000000002')

async function open(file: string) {
  const db = await NetworkDb.open({ file, device: OWN.id, log: silentLogger, now: () => 1 })
  const registry = new Registry({ db, own: () => OWN, now: () => 1, log: silentLogger })
  const grants = new Grants({ db, registry, now: () => 1, onRequested: () => {}, onChanged: () => {} })
  const pair = () =>
    registry.add({
      id: laptop,
      key: PeerKey.parse('2'.padStart(64, '0')),
      name: 'Laptop',
      os: 'linux',
      capabilities: {},
      addresses: [],
      relay: null,
    })
  return { db, registry, grants, pair, [Symbol.dispose]: () => db[Symbol.dispose]() }
}

test('a grant is for its folders and what is below them, and for nothing beside them', async () => {
  using of = await open(':memory:')
  of.pair()
  const { grants } = of
  expect(() => grants.allow(laptop, 'read')).toThrow('name at least one')
  expect(() => grants.allow(laptop, 'send', { everything: true })).toThrow('does not apply to folders')
  grants.allow(laptop, 'read', { folders: ['/home/a/Pictures'] })
  grants.allow(laptop, 'read', { folders: ['/home/a/Music'] })
  const covered = (path: string) => grants.covers(laptop, 'read', path)
  expect(['/home/a/Pictures', '/home/a/Pictures/x/y.jpg', '/home/a/Music/z'].map(covered)).toEqual([true, true, true])
  expect(['/', '/home/a', '/home/a/Pictures2', '/home/a/.ssh/id'].map(covered)).toEqual([false, false, false, false])
  expect(grants.covers(laptop, 'browse', '/home/a/Pictures')).toBe(false)
  expect(() => grants.require(laptop, 'read', { path: '/etc/passwd', shown: '/etc/passwd' })).toThrow(
    '/etc/passwd is not in a folder that was opened for you',
  )
  expect(grants.list().find(({ what }) => what === 'read')).toMatchObject({
    allowed: true,
    everything: false,
    folders: ['/home/a/Music', '/home/a/Pictures'],
    requestedPath: '/etc/passwd',
  })
  grants.takeBack(laptop, 'read', ['/home/a/Music'])
  expect(['/home/a/Pictures/x', '/home/a/Music/z'].map(covered)).toEqual([true, false])
  expect(() => grants.takeBack(laptop, 'read', ['/home/a/Music'])).toThrow('is not a folder of this grant')
  expect(grants.takeBack(laptop, 'read', ['/home/a/Pictures'])).toMatchObject({ allowed: false, folders: [] })
  expect(grants.allow(laptop, 'read', { everything: true })).toMatchObject({ everything: true, folders: [] })
  expect(covered('/etc/passwd')).toBe(true)
  expect(grants.allow(laptop, 'read', { folders: ['/srv'] })).toMatchObject({ everything: false, folders: ['/srv'] })
  expect(covered('/etc/passwd')).toBe(false)
})

test('a folder that would stay open is not taken back alone', async () => {
  using of = await open(':memory:')
  of.pair()
  const { grants } = of
  grants.allow(laptop, 'read', { folders: ['/home/a', '/home/a/Pictures', '/home/b'] })
  expect(() => grants.takeBack(laptop, 'read', ['/home/a/Pictures'])).toThrow(
    'would stay open, because it is inside /home/a',
  )
  expect(grants.folders(laptop, 'read')).toHaveLength(3)
  grants.takeBack(laptop, 'read', ['/home/a/Pictures', '/home/a'])
  expect(grants.folders(laptop, 'read')).toEqual(['/home/b'])
})

test('a grant of an older version is shown as the whole disk, is not in force, and is asked for again', async () => {
  using dir = createTempDir()
  const file = join(dir.path, 'network.db')
  {
    const db = openDatabase(file, { cacheKiB: 512 })
    const { '009-grant-folders': _new, '010-transfer-notes': _later, ...old } = migrations
    await migrate(kyselyOver<unknown>(db), old, file)
    db.prepare('insert into owner(device) values (?)').run(OWN.id)
    db.prepare(
      `insert into devices(device, key, name, slug, os, capabilities, paired_at, addresses, blocked)
       values (?, ?, 'Laptop', 'laptop', 'linux', '{}', 0, '[]', 0)`,
    ).run(laptop, '2'.padStart(64, '0'))
    const insert = db.prepare('insert into grants(device, what, allowed, at) values (?, ?, ?, 1)')
    insert.run(laptop, 'read', 1)
    insert.run(laptop, 'browse', 0)
    insert.run(laptop, 'send', 0)
    db.close()
  }
  using of = await open(file)
  const { grants } = of
  const shown = () => Object.fromEntries(grants.list().map((grant) => [grant.what, grant]))
  expect(shown()['read']).toMatchObject({ allowed: false, wasEverything: true })
  expect(shown()['read']!.requestedAt).not.toBeNull()
  expect(shown()['browse']).toMatchObject({ allowed: false, wasEverything: false, requestedAt: null })
  expect(shown()['send']).toMatchObject({ allowed: false })
  expect(grants.covers(laptop, 'read', '/home/a/Pictures')).toBe(false)
  expect(grants.notices()).toEqual([expect.stringContaining('on the whole disk, which was not said then')])
  grants.allow(laptop, 'read', { folders: ['/home/a/Pictures'] })
  expect(shown()['read']).toMatchObject({ allowed: true, wasEverything: false, folders: ['/home/a/Pictures'] })
  expect(grants.notices()).toEqual([])
})
