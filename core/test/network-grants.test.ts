import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { LibraryId } from '../src/domain/index.ts'
import { createTestNetwork } from '../testing/test-network.ts'

// What a grant opens, and what becomes of transfers when it is taken back.

const { signal } = new AbortController()
/** A file of this size takes minutes at that rate. */
const SIZE = 64_000_000
const BYTES_PER_SECOND = 500_000
/** The most bytes that arrive after the grant is gone: those of half a minute, because the machine may be busy. */
const MOST_BYTES_AFTER = SIZE / 4

async function createPair() {
  const network = await createTestNetwork(['alice', 'bob'])
  const [alice, bob] = [network.device('alice'), network.device('bob')]
  mkdirSync(alice.path('received'), { recursive: true })
  const folder = (path: string) => {
    mkdirSync(bob.path(path), { recursive: true })
    return realpathSync(bob.path(path))
  }
  const at = (path: string) => `local://bob${realpathSync(bob.path('.'))}/${path}`
  const fetch = async (address: string) =>
    (await alice.core.fetches.fetch({ addresses: [address], to: alice.path('received'), preserve: false }, signal))[0]!
      .id
  return { network, alice, bob, folder, at, fetch, aliceId: network.idOf('alice') }
}

test('a device reads and lists what is in its folders, and learns nothing of what is beside them', async () => {
  const { alice, aliceId, at, bob, fetch, folder, network } = await createPair()
  await using _network = network
  bob.write('open/a.txt', 'open')
  bob.write('closed/b.txt', 'closed')
  const open = folder('open')
  symlinkSync(bob.path('closed'), bob.path('open/way-out'))
  for (const what of ['browse', 'read'] as const)
    await bob.core.grant({ device: 'alice', what, folders: [open], everything: false, off: false })
  const list = (path: string) =>
    alice.core.sources.list(
      { path, all: false, sort: 'name', reverse: false, foldersFirst: true, thumbs: false, limit: 10, offset: 0 },
      null,
      signal,
    )
  expect((await list(at('open'))).items.map(({ name }) => name)).toContain('a.txt')
  const id = await fetch(at('open/a.txt'))
  expect(await alice.core.network.transfers.wait(id, signal)).toMatchObject({ state: 'completed' })
  expect(readFileSync(alice.path('received/a.txt'), 'utf8')).toBe('open')
  for (const path of ['closed', 'open/way-out', 'open/../closed', 'open/../not-there', 'not-there', '.'])
    await expect(list(at(path))).rejects.toMatchObject({ code: 'NotAuthorised' })
  const refused = await fetch(at('open/way-out/b.txt')).then(
    async (begun) => (await alice.core.network.transfers.wait(begun, signal)).error,
    (err: unknown) => err,
  )
  expect(refused).toMatchObject({ code: 'NotAuthorised' })
  const places = await alice.core.sources.device('bob').places(signal)
  expect(places.map(({ path }) => path)).toEqual([at('open')])
  expect(bob.core.network.grants.list().find(({ what }) => what === 'browse')).toMatchObject({
    device: { id: aliceId },
    folders: [open],
  })
})

test('without folders a grant is for the locations there are, and for none that come later', async () => {
  const { aliceId, bob, folder, network } = await createPair()
  await using _network = network
  const grant = { device: 'alice', what: 'read', folders: [], everything: false, off: false } as const
  await expect(bob.core.grant(grant)).rejects.toMatchObject({ code: 'InvalidInput' })
  bob.write('photos/a.txt', 'a')
  await bob.library.locations.add({
    path: folder('photos'),
    mode: 'shallow',
    watch: false,
    maxDepth: null,
    allowNested: false,
  })
  expect(await bob.core.grant(grant)).toMatchObject({ allowed: true, everything: false, folders: [folder('photos')] })
  expect(bob.core.network.grants.covers(aliceId, 'read', folder('later'))).toBe(false)
})

test.each(['a grant that is taken back', 'a folder that is taken back', 'a library that is no longer shared'])(
  '%s ends a running transfer on both sides, in words',
  async (what) => {
    const { alice, aliceId, at, bob, fetch, folder, network } = await createPair()
    await using _network = network
    const path = bob.write('open/large.bin', randomBytes(SIZE))
    await bob.core.config.set('network.maxBytesPerSecond', String(BYTES_PER_SECOND))
    const library = LibraryId.parse(bob.library.id)
    let address = at('open/large.bin')
    if (what.startsWith('a library')) {
      await bob.add({ mode: 'content', watch: false })
      await bob.settle()
      address = `content://${(await bob.library.files.info(path, signal)).contentId}`
      await bob.core.network.membership.share(library, bob.core.network.registry.find('alice'))
      await alice.core.network.membership.join({ device: network.idOf('bob'), library, name: 'Shared' }, signal)
    } else bob.core.network.grants.allow(aliceId, 'read', { folders: [folder('open'), folder('other')] })
    const id = await fetch(address)
    const { transfers: out } = bob.core.network
    const { transfers: to } = alice.core.network
    await vi.waitUntil(() => to.get(id).bytes.done > 0 && out.list().some(({ state }) => state === 'running'))
    const before = to.get(id).bytes.done
    if (what.startsWith('a library')) {
      const theirs = bob.core.network.registry.find('alice')
      await bob.core.network.membership.remove(library, theirs, [theirs.key])
    } else if (what.startsWith('a folder')) bob.core.network.grants.takeBack(aliceId, 'read', [folder('open')])
    else bob.core.network.grants.takeBack(aliceId, 'read')
    await vi.waitUntil(() => out.list()[0]!.endedAt !== null && to.get(id).endedAt !== null, { interval: 10 })
    expect(to.get(id).bytes.done - before).toBeLessThan(MOST_BYTES_AFTER)
    expect(out.list()[0]).toMatchObject({
      state: 'failed',
      error: {
        code: 'NotAuthorised',
        message: 'alice may not receive these files any more: the permission was revoked here',
      },
    })
    expect(to.get(id)).toMatchObject({ state: 'failed', error: { code: 'NotAuthorised' } })
  },
)

test('a device that may not send any more has what it was sending ended on both sides', async () => {
  const { alice, bob, network } = await createPair()
  await using _network = network
  await alice.core.config.set('network.maxBytesPerSecond', String(BYTES_PER_SECOND))
  const path = alice.write('large.bin', randomBytes(SIZE))
  const device = { id: network.idOf('bob'), name: 'bob' }
  const { id } = await alice.core.network.spacedrop.send({ device, paths: [path], sender: null }, signal)
  mkdirSync(bob.path('received'), { recursive: true })
  const accepted = bob.core.network.spacedrop.accept(id, bob.path('received'))
  const transfer = accepted.transfer!
  const done = () => bob.core.network.transfers.get(transfer).bytes.done
  await vi.waitUntil(() => done() > 0)
  const before = done()
  bob.core.network.grants.takeBack(network.idOf('alice'), 'send')
  const { spacedrop, transfers: out } = alice.core.network
  await vi.waitUntil(() => out.list()[0]!.endedAt !== null && spacedrop.get(id).state !== 'accepted', { interval: 10 })
  expect(done() - before).toBeLessThan(MOST_BYTES_AFTER)
  await vi.waitUntil(() => bob.core.network.transfers.get(transfer).endedAt !== null)
  expect(bob.core.network.transfers.get(transfer)).toMatchObject({ state: 'failed', error: { code: 'NotAuthorised' } })
  expect(spacedrop.get(id)).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('may not send'),
  })
})

test.each(['a grant is taken back', 'an offer is withdrawn'])(
  'nothing is sent if %s after the check, before the files are listed',
  async (what) => {
    const { alice, aliceId, bob, folder, network } = await createPair()
    await using _network = network
    const path = bob.write('open/a.txt', 'a')
    const { grants } = bob.core.network
    grants.allow(aliceId, 'read', { folders: [folder('open')] })
    const withdrawn = new AbortController()
    bob.core.network.transfers.resolve({
      kind: 'late',
      spec: z.object({}),
      resolve: async (_spec, peer) => {
        const roots = [{ path: Buffer.from(path), name: Buffer.from('a.txt') }]
        const isAllowed = () => grants.covers(peer.id, 'read', path)
        setImmediate(() => (what.startsWith('a grant') ? grants.takeBack(peer.id, 'read') : withdrawn.abort()))
        return { roots, title: 'a.txt', isAllowed, signal: withdrawn.signal }
      },
    })
    const { transfers } = alice.core.network
    const { id } = transfers.start({
      devices: [network.idOf('bob')],
      kind: 'late',
      spec: {},
      title: 'a.txt',
      folder: alice.path('received'),
      preserve: 'nothing',
    })
    expect(await transfers.wait(id, signal)).toMatchObject({
      state: 'failed',
      error: { code: 'NotAuthorised', message: expect.stringContaining('revoked here') },
    })
    expect(bob.core.network.transfers.list()).toEqual([])
  },
)

test('a device learns no paths outside of its folders from what it finds by content', async () => {
  const { alice, aliceId, at, bob, folder, network } = await createPair()
  await using _network = network
  bob.write('open/a.txt', 'same')
  bob.write('closed/secret-name.txt', 'same')
  await bob.add({ mode: 'content', watch: false })
  await bob.settle()
  const { network: own, sources } = alice.core
  const { grants, membership, registry } = bob.core.network
  grants.allow(aliceId, 'browse', { folders: [folder('open')] })
  const { contentId, copies } = await sources.info(at('open/a.txt'), null, signal)
  expect(copies.map(({ path }) => path)).toEqual([at('open/a.txt')])
  grants.takeBack(aliceId, 'browse')
  const library = LibraryId.parse(bob.library.id)
  await membership.share(library, registry.find('alice'))
  await own.membership.join({ device: network.idOf('bob'), library, name: 'Shared' }, signal)
  const content = `content://${contentId}`
  const info = await sources.info(content, null, signal)
  expect([info.path, info.copies]).toEqual([content, []])
  for (const path of ['open/a.txt', 'closed/secret-name.txt']) rmSync(bob.path(path))
  const refused = await sources.read({ path: content, offset: 0, length: 4 }, null, signal).catch((err: unknown) => err)
  expect(refused).toMatchObject({
    code: 'NotFound',
    message: `bob: the file with the content ${contentId} cannot be read now`,
  })
})

test('a link in an opened folder does not tell what is at the place that it leads to', async () => {
  const { alice, aliceId, at, bob, folder, network } = await createPair()
  await using _network = network
  bob.write('closed/b.txt', 'closed')
  bob.core.network.grants.allow(aliceId, 'browse', { folders: [folder('open')] })
  symlinkSync(bob.path('closed'), bob.path('open/way-out'))
  symlinkSync(bob.path('closed/not-there'), bob.path('open/nowhere'))
  const refusal = (path: string) =>
    alice.core.sources
      .info(at(path), null, signal)
      .catch((err: Error) => err.message.replaceAll(at(path).slice(11), ''))
  const wanted = await refusal('open/way-out/b.txt')
  expect(wanted).toMatch(/you may not look/)
  for (const path of ['way-out/none', 'way-out/none/../b.txt', 'way-out/../none', 'nowhere', 'nowhere/x'])
    expect([path, await refusal(`open/${path}`)]).toEqual([path, wanted])
  expect(await refusal('open/none')).toMatch(/does not exist/)
})

test('a folder that becomes a link to another place takes no contents along', async () => {
  const { alice, aliceId, bob, folder, network } = await createPair()
  await using _network = network
  const path = bob.write('open/dir/a.txt', 'harmless')
  bob.write('closed/a.txt', 'secret!!')
  await bob.library.locations.add({
    path: folder('open'),
    mode: 'content',
    watch: false,
    maxDepth: null,
    allowNested: false,
  })
  await bob.settle()
  const { contentId } = await bob.library.files.info(path, signal)
  bob.core.network.grants.allow(aliceId, 'read', { folders: [folder('open')] })
  renameSync(bob.path('open/dir'), bob.path('open/was'))
  symlinkSync(bob.path('closed'), bob.path('open/dir'))
  const { transfers } = alice.core.network
  const { id } = transfers.start({
    devices: [network.idOf('bob')],
    kind: 'content',
    spec: { content: contentId },
    title: 'a.txt',
    folder: alice.path('received'),
    preserve: 'nothing',
  })
  expect(await transfers.wait(id, signal)).toMatchObject({ state: 'failed', error: { code: 'NotFound' } })
})

test('a folder that is gone, or is a link now, is taken back by its path, and no other one is', async () => {
  const { aliceId, bob, folder, network } = await createPair()
  await using _network = network
  const [gone, linked, other] = [folder('gone'), folder('linked'), folder('other')]
  const grant = { device: 'alice', what: 'read', everything: false } as const
  await bob.core.grant({ ...grant, folders: [gone, linked, other], off: false })
  for (const path of [gone, linked]) rmSync(path, { recursive: true })
  symlinkSync(other, linked)
  const folders = () => bob.core.network.grants.folders(aliceId, 'read')
  await bob.core.grant({ ...grant, folders: [linked], off: true })
  expect(folders()).toEqual([gone, other])
  await bob.core.grant({ ...grant, folders: [`${gone}/`], off: true })
  expect(folders()).toEqual([other])
})

test('a folder whose name is no text, or a location that is gone, is taken back, too', async () => {
  const { aliceId, bob, folder, network } = await createPair()
  await using _network = network
  const bytes = Buffer.concat([Buffer.from(`${folder('odd')}/`), Buffer.from([0xff, 0x2f])])
  mkdirSync(bytes)
  const odd = `base64:${bytes.toString('base64')}`
  const away = folder('away')
  const { location } = await bob.library.locations.add({ path: away, mode: 'shallow', watch: false })
  const grant = { device: 'alice', what: 'read', everything: false } as const
  await bob.core.grant({ ...grant, folders: [odd, away], off: false })
  const folders = () => bob.core.network.grants.folders(aliceId, 'read')
  expect(folders()).toHaveLength(2)
  await bob.settle()
  rmSync(away, { recursive: true })
  await bob.core.grant({ ...grant, folders: [location.name], off: true })
  await bob.core.grant({ ...grant, folders: [odd], off: true })
  expect(folders()).toEqual([])
})

test('a walk for a device ends when the device has left', async () => {
  const { alice, aliceId, at, bob, folder, network } = await createPair()
  await using _network = network
  bob.write('open/a.txt', 'a')
  bob.core.network.grants.allow(aliceId, 'read', { folders: [folder('open')] })
  const resolving = Promise.withResolvers<AbortSignal>()
  bob.core.network.transfers.resolve({
    kind: 'slow',
    spec: z.object({}),
    resolve: async (_spec, _peer, left) => {
      resolving.resolve(left)
      await new Promise((resolve) => left.addEventListener('abort', resolve, { once: true }))
      throw left.reason
    },
  })
  const { id } = alice.core.network.transfers.start({
    devices: [network.idOf('bob')],
    kind: 'slow',
    spec: {},
    title: at('open'),
    folder: alice.path('received'),
    preserve: 'nothing',
  })
  const left = await resolving.promise
  expect(left.aborted).toBe(false)
  await alice.core.network.transfers.cancel(id)
  await vi.waitUntil(() => left.aborted)
})
