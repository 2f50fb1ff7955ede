import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { LibraryId } from '../src/domain/index.ts'
import { createTestNetwork } from '../testing/test-network.ts'

// What a grant opens, and what becomes of transfers when it is taken back.

const { signal } = new AbortController()
/** A file of this size takes minutes at that rate. */
const SIZE = 64_000_000
const BYTES_PER_SECOND = 500_000
/** How soon a transfer ends after it is no longer allowed. */
const ENDS_WITHIN_MS = 1_000

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
    (await alice.core.files.fetch({ addresses: [address], to: alice.path('received'), preserve: false }, signal))[0]!.id
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
    alice.core.files.list(
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
  const places = await alice.core.files.places('bob', signal)
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
    const since = performance.now()
    if (what.startsWith('a library')) {
      const theirs = bob.core.network.registry.find('alice')
      await bob.core.network.membership.remove(library, theirs, [theirs.key])
    } else if (what.startsWith('a folder')) bob.core.network.grants.takeBack(aliceId, 'read', [folder('open')])
    else bob.core.network.grants.takeBack(aliceId, 'read')
    await vi.waitUntil(() => out.list()[0]!.endedAt !== null && to.get(id).endedAt !== null, { interval: 10 })
    expect(performance.now() - since).toBeLessThan(ENDS_WITHIN_MS)
    expect(out.list()[0]).toMatchObject({
      state: 'failed',
      error: { code: 'NotAuthorised', message: 'alice may not have this any more: it was taken back here' },
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
  await vi.waitUntil(() => bob.core.network.transfers.get(transfer).bytes.done > 0)
  const since = performance.now()
  bob.core.network.grants.takeBack(network.idOf('alice'), 'send')
  const { spacedrop, transfers: out } = alice.core.network
  await vi.waitUntil(() => out.list()[0]!.endedAt !== null && spacedrop.get(id).state !== 'accepted', { interval: 10 })
  expect(performance.now() - since).toBeLessThan(ENDS_WITHIN_MS)
  expect(bob.core.network.transfers.get(transfer)).toMatchObject({ state: 'failed', error: { code: 'NotAuthorised' } })
  expect(spacedrop.get(id)).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('may not send'),
  })
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
