import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { type ContentId, LibraryId } from '../src/domain/index.ts'
import type { ListInput } from '../src/sources/index.ts'
import { makeZip } from '../testing/documents/index.ts'
import { createTestNetwork, type TestNetwork } from '../testing/test-network.ts'

const { signal } = new AbortController()
const order = { sort: 'name', reverse: false, foldersFirst: true } as const

function listing(path: string, rest: Partial<ListInput> = {}): ListInput {
  return { ...order, path, all: false, thumbs: false, limit: 1_000, offset: 0, ...rest }
}

/** alice, who looks, and bob, who has files and has allowed it. */
async function createPair(allowed: readonly ('browse' | 'read')[] = ['browse', 'read']) {
  const network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  for (const what of allowed) allow(network, what, true)
  return { network, alice, bob, at: (path: string) => `local://bob${bob.path(path)}` }
}

function allow(network: TestNetwork, what: 'browse' | 'read', allowed: boolean): void {
  const { grants } = network.device('bob').core.network
  if (allowed) grants.allow(network.idOf('alice'), what, { everything: true })
  else grants.takeBack(network.idOf('alice'), what)
}

test('a folder of another device is listed as its own person sees it, and each path in it leads on', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  bob.write('trip/b.txt', 'two')
  bob.write('trip/a.txt', 'one')
  bob.write('trip/day/c.txt')
  const listed = await alice.core.sources.list(listing(at('trip')), null, signal)
  expect(listed).toMatchObject({
    path: at('trip'),
    source: 'disk',
    total: 3,
    device: { id: network.idOf('bob'), name: 'bob' },
    items: [
      { id: null, path: at('trip/day'), name: 'day', kind: 'directory' },
      { id: null, path: at('trip/a.txt'), name: 'a.txt', size: 3 },
      { id: null, path: at('trip/b.txt'), name: 'b.txt', size: 3 },
    ],
  })
  const inside = await alice.core.sources.list(listing(listed.items[0]!.path), alice.library, signal)
  expect(inside.items.map(({ path }) => path)).toEqual([at('trip/day/c.txt')])
  const found = await alice.core.sources.seek({ ...listing(at('trip')), prefix: 'b', from: 0 }, null, signal)
  expect(found).toEqual({ offset: 2 })
})

test('an archive of another device is looked into page by page, by whoever may read files there', async () => {
  const { alice, at, bob, network } = await createPair(['browse'])
  await using _network = network
  const members = Object.fromEntries(Array.from({ length: 450 }, (_, n) => [`day/${1_000 + n}.txt`, `${n}`]))
  bob.write('trip.zip', makeZip(members))
  const page = { path: at('trip.zip'), limit: 1_000, offset: 10 }
  const look = () => alice.core.sources.archive(page, null, signal)
  await expect(look()).rejects.toMatchObject({ code: 'NotAuthorised', message: expect.stringContaining('read') })
  allow(network, 'read', true)
  const listed = await look()
  const here = await bob.core.sources.archive({ ...page, path: bob.path('trip.zip') }, null, signal)
  expect(listed).toEqual({ ...here, path: at('trip.zip') })
  expect([listed.format, listed.total, listed.items.length, listed.items[0]?.path]).toEqual([
    'zip',
    450,
    440,
    'day/1010.txt',
  ])
  bob.write('letter.txt', 'no archive')
  await expect(alice.core.sources.archive({ ...page, path: at('letter.txt') }, null, signal)).rejects.toMatchObject({
    code: 'Unsupported',
  })
  const own = `local://bob${join(bob.dataDir, 'network.db')}`
  await expect(alice.core.sources.archive({ ...page, path: own }, null, signal)).rejects.toMatchObject({
    code: 'PermissionDenied',
  })
})

test('an indexed folder of another device is listed from its index, with contents', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  bob.write('trip/a.txt', 'one')
  await bob.add({ mode: 'content' })
  await bob.settle()
  const { items, source } = await alice.core.sources.list(listing(at('trip')), alice.library, signal)
  expect(source).toBe('index')
  expect(items[0]!.contentId).not.toBeNull()
  const info = await alice.core.sources.info(at('trip/a.txt'), null, signal)
  expect(info).toMatchObject({
    path: at('trip/a.txt'),
    contentId: items[0]!.contentId,
    copies: [{ path: at('trip/a.txt'), device: 'bob' }],
  })
})

test('a device without a library shows what its disk has', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  bob.write('a.txt', 'one')
  await bob.core.libraries.delete({ library: 'Test', keepFiles: false })
  expect(await alice.core.sources.list(listing(at('')), null, signal)).toMatchObject({ source: 'disk', total: 1 })
  const info = await alice.core.sources.info(at('a.txt'), null, signal)
  expect(info).toMatchObject({ path: at('a.txt'), size: 3, contentId: null })
})

test('a large folder comes page by page, in one order', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  const names = Array.from({ length: 1_203 }, (_, n) => `${String(n).padStart(4, '0')}.txt`)
  for (const name of names) bob.write(`many/${name}`, '')
  const all = await alice.core.sources.list(listing(at('many'), { limit: 5_000 }), null, signal)
  expect(all.items.map(({ name }) => name)).toEqual(names)
  const window = await alice.core.sources.list(listing(at('many'), { limit: 700, offset: 900 }), null, signal)
  expect(window.items.map(({ name }) => name)).toEqual(names.slice(900))
  expect(window.total).toBe(1_203)
})

test('names that are no text are listed, read and fetched', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  bob.write('odd/x')
  const name = Buffer.from([0x61, 0xff, 0x62])
  writeFileSync(Buffer.concat([Buffer.from(`${bob.path('odd')}/`), name]), 'odd')
  const { items } = await alice.core.sources.list(listing(at('odd')), null, signal)
  const odd = items.find(({ nameBase64 }) => nameBase64 !== undefined)!
  expect(odd.path).toMatch(/^local:\/\/bob\/base64:/)
  const read = await alice.core.sources.read({ path: odd.path, offset: 0, length: 10 }, null, signal)
  expect(Buffer.from(read.base64, 'base64').toString()).toBe('odd')
})

test('a request without a grant is refused with a remedy, and the owner sees the request', async () => {
  const { alice, at, bob, network } = await createPair([])
  await using _network = network
  bob.write('a.txt')
  await expect(alice.core.sources.list(listing(at('')), null, signal)).rejects.toMatchObject({
    code: 'NotAuthorised',
    message: expect.stringContaining('spacedrive network grant alice browse'),
  })
  await expect(
    alice.core.sources.read({ path: at('a.txt'), offset: 0, length: 1 }, null, signal),
  ).rejects.toMatchObject({
    code: 'NotAuthorised',
  })
  const asked = bob.core.network.grants.list().filter(({ requestedAt }) => requestedAt !== null)
  expect(asked.map(({ what }) => what)).toEqual(['browse', 'read'])
  allow(network, 'browse', true)
  expect((await alice.core.sources.list(listing(at('')), null, signal)).total).toBe(1)
})

test('to look is not to read, and what is taken back holds from the next piece on', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  bob.write('large.bin', randomBytes(1_500_000))
  const file = await alice.core.sources.device('bob').open({ path: bob.path('large.bin') }, {}, signal)
  const space = new Uint8Array(600_000)
  expect(await file.read(space, 0, 600_000, 100_000)).toEqual({ bytesRead: 524_288 })
  allow(network, 'read', false)
  await expect(file.read(space, 0, 600_000, 700_000)).rejects.toMatchObject({ code: 'NotAuthorised' })
  expect(await alice.core.sources.info(at('large.bin'), null, signal)).toMatchObject({ size: 1_500_000 })
})

test('a file is read piece by piece, and one that changes meanwhile is noticed', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  const bytes = randomBytes(1_200_000)
  bob.write('a.bin', bytes)
  const pieces: Buffer[] = []
  let etag: string | undefined
  for (let offset = 0; offset < bytes.length;) {
    const piece = await alice.core.sources.read({ path: at('a.bin'), offset, length: 524_288, etag }, null, signal)
    etag = piece.etag
    pieces.push(Buffer.from(piece.base64, 'base64'))
    offset += pieces.at(-1)!.length
    expect(piece).toMatchObject({ name: 'a.bin', size: bytes.length, source: { device: { name: 'bob' } } })
  }
  expect(Buffer.concat(pieces).equals(bytes)).toBe(true)
  bob.append('a.bin', 'more')
  await expect(
    alice.core.sources.read({ path: at('a.bin'), offset: 0, length: 10, etag }, null, signal),
  ).rejects.toMatchObject({ code: 'Conflict' })
})

test('the data folder is never listed or sent, by whichever path', async () => {
  const { alice, bob, network } = await createPair()
  await using _network = network
  symlinkSync(bob.dataDir, bob.path('shortcut'))
  // A second name of the same file: its path says nothing about the data folder.
  linkSync(join(bob.dataDir, 'network-key.json'), bob.path('holiday.json'))
  for (const path of [bob.dataDir, bob.path('shortcut'), join(bob.dataDir, 'libraries')])
    await expect(alice.core.sources.list(listing(`local://bob${path}`), null, signal)).rejects.toMatchObject({
      code: 'PermissionDenied',
    })
  const key = join(bob.dataDir, 'network-key.json')
  for (const path of [key, bob.path('shortcut/network-key.json'), bob.path('holiday.json')]) {
    const input = { path: `local://bob${path}`, offset: 0, length: 10 }
    await expect(alice.core.sources.read(input, null, signal)).rejects.toMatchObject({ code: 'PermissionDenied' })
    // Nor by way of the device itself.
    await expect(bob.core.sources.read({ ...input, path }, null, signal)).rejects.toMatchObject({
      code: 'PermissionDenied',
    })
  }
  const to = alice.path('received')
  for (const path of [bob.dataDir, join(bob.dataDir, 'libraries'), bob.path('holiday.json')]) {
    const [transfer] = await alice.core.fetches.fetch(
      { addresses: [`local://bob${path}`], to, preserve: false },
      signal,
    )
    const ended = await alice.core.network.transfers.wait(transfer!.id, signal)
    expect(ended).toMatchObject({ state: 'failed', error: { code: 'PermissionDenied' } })
  }
})

test('copies of the data folder, of its key and of a library are sent to nobody, and files of the same names are', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  cpSync(bob.dataDir, bob.path('backup'), { recursive: true, filter: (from) => !from.includes('/run') })
  rmSync(bob.path('backup/network-key.json'))
  mkdirSync(bob.path('key'))
  copyFileSync(join(bob.dataDir, 'network-key.json'), bob.path('key/network-key.json'))
  cpSync(bob.library.path, bob.path('copied library'), { recursive: true })
  bob.write('board/lib/library.json', '{ "name": "ArduinoJson", "version": "7.0.4" }')
  bob.write('board/lib/database.db', 'x')
  const read = (path: string) => alice.core.sources.read({ path: at(path), offset: 0, length: 10 }, null, signal)
  for (const path of ['backup/network.db', 'backup/config.json', 'key/network-key.json', 'copied library/database.db'])
    await expect(read(path)).rejects.toMatchObject({ code: 'PermissionDenied' })
  for (const name of ['library.json', 'database.db']) expect(await read(`board/lib/${name}`)).toMatchObject({ name })
})

test('a folder above the data folder is sent without it, and both sides see the omission', async () => {
  const { alice, bob, network } = await createPair()
  await using _network = network
  bob.write('letter.txt', 'dear alice')
  const above = join(bob.dataDir, '..')
  linkSync(join(bob.dataDir, 'network-key.json'), join(above, 'key-copy.json'))
  const to = alice.path('received')
  const [transfer] = await alice.core.fetches.fetch({ addresses: [`local://bob${above}`], to, preserve: false }, signal)
  const ended = await alice.core.network.transfers.wait(transfer!.id, signal)
  expect(ended.state).toBe('completed')
  expect(ended.leftOut).toBeGreaterThanOrEqual(2)
  const names = readdirSync(to, { recursive: true, encoding: 'utf8' })
  expect(names.filter((name) => /network-key|key-copy|network\.db/.test(name))).toEqual([])
  // The same by a drop: the sender is told.
  network.device('alice').core.network.grants.allow(network.idOf('bob'), 'send', null)
  const device = { id: network.idOf('alice'), name: 'alice' }
  const offer = await bob.core.network.spacedrop.send({ device, paths: [above], sender: null }, signal)
  expect(offer.reason).toContain('is left out: it belongs to Spacedrive itself')
  for (const path of [bob.dataDir, join(above, 'key-copy.json')])
    await expect(
      bob.core.network.spacedrop.send({ device, paths: [path], sender: null }, signal),
    ).rejects.toMatchObject({ code: 'PermissionDenied' })
})

test('nothing is received into the data folder', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  bob.write('trip/a.txt', 'one')
  symlinkSync(alice.dataDir, alice.path('shortcut'))
  for (const to of [alice.dataDir, join(alice.dataDir, 'libraries', 'new'), alice.path('shortcut')])
    await expect(
      alice.core.fetches.fetch({ addresses: [at('trip')], to, preserve: false }, signal),
    ).rejects.toMatchObject({ code: 'PermissionDenied' })
})

test('files and folders are fetched together, under their names', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  bob.write('trip/a.txt', 'one')
  bob.write('b.txt', 'two')
  const to = alice.path('received')
  const addresses = [at('trip'), at('b.txt')]
  const transfers = await alice.core.fetches.fetch({ addresses, to, preserve: true }, signal)
  expect(transfers).toHaveLength(1)
  const ended = await alice.core.network.transfers.wait(transfers[0]!.id, signal)
  expect(ended).toMatchObject({ state: 'completed', title: 'trip and 1 more', files: { done: 2 } })
  expect(readFileSync(join(to, 'trip/a.txt'), 'utf8')).toBe('one')
  expect(readFileSync(join(to, 'b.txt'), 'utf8')).toBe('two')
})

test('a content is read from this disk if it is here, else from another device', async () => {
  const { alice, bob, network } = await createPair()
  await using _network = network
  bob.write('a.txt', 'the same text')
  await bob.add({ mode: 'content' })
  await bob.settle()
  const contentId = (await bob.library.files.info(bob.path('a.txt'), signal)).contentId!
  const path = `content://${contentId}`
  const read = () => alice.core.sources.read({ path, offset: 0, length: 100 }, alice.library, signal)
  expect(await read()).toMatchObject({ name: 'a.txt', source: { device: { name: 'bob' } } })
  expect(await alice.core.sources.info(path, null, signal)).toMatchObject({ path: `local://bob${bob.path('a.txt')}` })
  const to = alice.path('received')
  const [transfer] = await alice.core.fetches.fetch({ addresses: [path], to, preserve: false }, signal)
  expect(await alice.core.network.transfers.wait(transfer!.id, signal)).toMatchObject({ state: 'completed' })
  expect(readFileSync(join(to, 'a.txt'), 'utf8')).toBe('the same text')
  await alice.add({ mode: 'content' })
  await alice.settle()
  expect(await read()).toMatchObject({ source: { device: null } })
  expect(await alice.core.sources.info(path, alice.library, signal)).toMatchObject({ path: join(to, 'a.txt') })
})

test('a member of a library has its contents without being allowed anything else', async () => {
  const { alice, at, bob, network } = await createPair([])
  await using _network = network
  const { id } = await bob.core.libraries.create({ name: 'Photos' })
  const photos = bob.core.libraries.resolve(id)
  await bob.core.network.membership.share(photos.id, bob.core.network.registry.find('alice'))
  await alice.core.network.membership.join({ device: network.idOf('bob'), library: id }, signal)
  bob.write('a.txt', 'the same text')
  const { job } = await photos.locations.add({ path: bob.root, mode: 'content' })
  await photos.jobs.wait(job.id, signal)
  await photos.jobs.idle()
  const contentId = (await photos.files.info(bob.path('a.txt'), signal)).contentId!
  const read = await alice.core.sources.read({ path: `content://${contentId}`, offset: 0, length: 100 }, null, signal)
  expect(Buffer.from(read.base64, 'base64').toString()).toBe('the same text')
  await expect(
    alice.core.sources.read({ path: at('a.txt'), offset: 0, length: 1 }, null, signal),
  ).rejects.toMatchObject({
    code: 'NotAuthorised',
  })
})

test('a small picture of a photo there is made there and shown here', async () => {
  await using network = await createTestNetwork(['alice', 'bob'], {
    core: (name) => (name === 'bob' ? { generators: undefined } : {}),
  })
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  allow(network, 'browse', true)
  const picture = sharp({ create: { width: 900, height: 600, channels: 3, background: '#08f' } })
  const path = bob.write('photo.png', await picture.png().toBuffer())
  await bob.add({ mode: 'content' })
  const thumb = async (of: { path: string } | { content: ContentId }) =>
    alice.core.sources.device('bob').thumb(of, 'grid@2x', signal)
  await vi.waitFor(async () => expect((await thumb({ path })).state).toBe('ready'), { interval: 100 })
  const shown = await thumb({ path })
  if (shown.state !== 'ready') throw new Error(shown.state)
  expect(await sharp(shown.bytes).metadata()).toMatchObject({ format: 'webp', width: 512 })
  const listed = await alice.core.sources.list(listing(`local://bob${bob.root}`, { thumbs: true }), null, signal)
  const [entry] = listed.items
  expect(entry).toMatchObject({ name: 'photo.png', thumb: { ready: expect.arrayContaining(['grid@2x']) } })
  expect((await thumb({ content: entry!.contentId! })).state).toBe('ready')
})

test('a device without a grant does not learn whether a content exists', async () => {
  const { alice, bob, network } = await createPair(['browse'])
  await using _network = network
  bob.write('a.txt', 'the same text')
  await bob.add({ mode: 'content' })
  await bob.settle()
  const contentId = (await bob.library.files.info(bob.path('a.txt'), signal)).contentId!
  await expect(
    alice.core.sources.read({ path: `content://${contentId}`, offset: 0, length: 1 }, null, signal),
  ).rejects.toMatchObject({ code: 'NotFound' })
})

test('a device that is not there is said to be so', async () => {
  const { alice, at, bob, network } = await createPair()
  await using _network = network
  await bob.core.network.stop()
  await expect(alice.core.sources.list(listing(at('')), null, signal)).rejects.toMatchObject({ code: 'Offline' })
})

test('an address that leads nowhere says why', async () => {
  const { alice, at, network } = await createPair()
  await using _network = network
  const list = (path: string) => alice.core.sources.list(listing(path), null, signal)
  await expect(list('local://carol/home')).rejects.toMatchObject({ code: 'NotFound' })
  await expect(list(at('not-there'))).rejects.toMatchObject({ code: 'NotFound' })
  await expect(list('content://nothing')).rejects.toMatchObject({ code: 'InvalidInput' })
  expect((await list(`local://alice${alice.root}`)).path).toBe(alice.root)
  expect((await list(`local://${alice.root}`)).path).toBe(alice.root)
})

test('members of a library learn which devices have a content, and devices with a grant also its path', async () => {
  const { alice, bob, network } = await createPair([])
  await using _network = network
  alice.write('mine.txt', 'the same words')
  const path = bob.write('trip/theirs.txt', 'the same words')
  for (const device of [alice, bob]) {
    await device.add({ mode: 'content' })
    await device.settle()
  }
  const where = () => alice.core.sources.where(alice.path('mine.txt'), alice.library, signal)
  const own = { device: { id: network.idOf('alice'), name: 'alice' }, isOwn: true, online: true }
  const mine = [{ path: alice.path('mine.txt'), size: 14, online: true }]
  const there = { device: { id: network.idOf('bob'), name: 'bob' }, isOwn: false, online: true }
  const { contentId, devices } = await where()
  expect(devices).toEqual([
    { ...own, files: mine },
    { ...there, files: [] },
  ])
  // A member of the library that has it: that there is one, and no more.
  const library = LibraryId.parse(bob.library.id)
  await bob.core.network.membership.share(library, bob.core.network.registry.find('alice'))
  await alice.core.network.membership.join({ device: network.idOf('bob'), library, name: 'Shared' }, signal)
  expect((await where()).devices[1]).toEqual({ ...there, files: [{ path: null, size: 14, online: true }] })
  allow(network, 'browse', true)
  expect((await where()).devices[1]!.files).toEqual([{ path: `local://bob${path}`, size: 14, online: true }])
  expect((await alice.core.sources.where(`content://${contentId}`, null, signal)).devices).toHaveLength(2)
  await bob.core.network.stop()
  await vi.waitFor(async () => expect((await where()).devices[1]).toEqual({ ...there, online: false, files: null }), {
    interval: 100,
  })
})
