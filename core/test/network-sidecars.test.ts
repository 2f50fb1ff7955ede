import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { type ContentId, LibraryId } from '../src/domain/index.ts'
import type { TestCore } from '../testing/index.ts'
import { createTestNetwork, type TestNetwork, untilConnected } from '../testing/test-network.ts'

// Each test starts processes that decode, and connections.
vi.setConfig({ testTimeout: 120_000 })

const { signal } = new AbortController()
const WAIT = { timeout: 60_000, interval: 50 }
const names = ['alice', 'bob', 'carol']

async function photo(colour: string): Promise<Buffer> {
  const image = sharp({ create: { width: 1_200, height: 900, channels: 3, background: colour } })
  return image.jpeg().toBuffer()
}

interface World extends AsyncDisposable {
  readonly network: TestNetwork
  readonly library: LibraryId
  readonly alice: TestCore
  readonly bob: TestCore
  /** Of the photo that all of them have. */
  readonly contentId: ContentId
}

/** One library on all devices; each has the same photo, and only those named make its thumbnails. */
async function world(devices: readonly string[], { make, eager }: { make: readonly string[]; eager: string }) {
  const network = await createTestNetwork(devices, { core: { generators: undefined } })
  const [alice, ...others] = network.devices as [TestCore, ...TestCore[]]
  const library = LibraryId.parse(alice.library.id)
  const bytes = await photo('#2040c0')
  for (const [at, device] of network.devices.entries()) {
    await device.core.config.set('prefetch.eager', eager)
    for (const kind of ['ocr', 'text', 'embeddings', 'transcript'])
      await device.core.config.set(`sidecars.${kind}`, 'off')
    if (!make.includes(devices[at]!)) await device.core.config.set('sidecars.thumb', 'off')
  }
  for (const other of others) {
    const [name] = [other.core.device.info().name]
    await alice.core.network.membership.share(library, alice.core.network.registry.find(name))
    const device = network.idOf(devices[0]!)
    await other.core.network.membership.join({ device, library, name: 'Shared' }, signal)
    await other.core.libraries.switchTo('Shared')
  }
  for (const device of network.devices) {
    device.write('photos/sea.jpg', bytes)
    await device.add({ mode: 'content' })
    await device.settle()
  }
  const contentId = await alice.library.files.contentOf(alice.path('photos/sea.jpg'), signal)
  return {
    network,
    library,
    alice,
    bob: others[0]!,
    contentId,
    [Symbol.asyncDispose]: () => network[Symbol.asyncDispose](),
  } satisfies World
}

function holders({ library }: TestCore, contentId: ContentId): string[] {
  return library.sidecars
    .holders(contentId, 'thumb')
    .filter(({ variant }) => variant === 'grid@2x')
    .map(({ device, online }) => `${device.name}${online ? '' : ' (offline)'}`)
    .toSorted()
}

async function thumb({ library }: TestCore, contentId: ContentId) {
  return (await library.sidecars.list(contentId)).find(({ kind, variant }) => kind === 'thumb' && variant === 'grid@2x')
}

const addressOf = (contentId: ContentId) => `sidecar://${contentId}/thumbs/grid@2x.webp`

test('alice generates, bob’s presence lists alice', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  expect(await thumb(w.alice, w.contentId)).toMatchObject({ state: 'ready' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  expect(holders(w.alice, w.contentId)).toEqual([])
  const key = { contentId: w.contentId, kind: 'thumb', variant: 'grid@2x' } as const
  const { size } = (await thumb(w.alice, w.contentId))!
  expect(await w.bob.core.network.sidecars.where(w.library, key, signal)).toEqual([
    { device: { id: w.network.idOf('alice'), name: 'alice' }, online: true, size },
  ])
})

test('bob fetches what alice has made: a valid WebP; the second look finds it here', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  const address = addressOf(w.contentId)
  expect(await w.bob.library.sidecars.resolve(address, 'local', signal)).toEqual([])
  const [fetched] = await w.bob.library.sidecars.resolve(address, 'fetch', signal)
  const made = (await thumb(w.alice, w.contentId))!
  expect(fetched).toMatchObject({
    state: 'ready',
    size: made.size,
    checksum: made.checksum,
    engine: made.engine,
    recipe: made.recipe,
  })
  const bytes = readFileSync(fetched!.path!)
  expect(bytes.equals(readFileSync(made.path!))).toBe(true)
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'webp', width: 512 })
  expect(await w.bob.library.sidecars.resolve(address, 'local', signal)).toMatchObject([{ path: fetched!.path }])
  expect((await w.bob.library.sidecars.verify(signal)).problems).toEqual([])
  // Now alice knows that bob has it, too.
  await vi.waitFor(() => expect(holders(w.alice, w.contentId)).toEqual(['bob']), WAIT)
  expect(w.bob.library.sidecars.thumbs([w.contentId]).get(w.contentId)).toMatchObject(
    w.alice.library.sidecars.thumbs([w.contentId]).get(w.contentId)!.hash === null
      ? {}
      : { hash: w.alice.library.sidecars.thumbs([w.contentId]).get(w.contentId)!.hash },
  )
})

test('thumbnails of contents that both have are fetched ahead, and made once', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: 'thumb' })
  const made = (await thumb(w.alice, w.contentId))!
  await vi.waitFor(async () => {
    expect(await thumb(w.bob, w.contentId)).toMatchObject({ state: 'ready', checksum: made.checksum })
  }, WAIT)
})

test('what a job is to make is fetched where another device has made it', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  // What bob makes himself is another picture.
  await w.bob.core.config.set('thumbnails.gridQuality', '10')
  await w.bob.core.config.set('sidecars.thumb', 'default')
  const { checksum } = (await thumb(w.alice, w.contentId))!
  await vi.waitFor(
    async () => expect(await thumb(w.bob, w.contentId)).toMatchObject({ state: 'ready', checksum }),
    WAIT,
  )
})

test('a kind that is to be made here is made here', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  await w.bob.core.config.set('prefetch.makeHere', 'thumb')
  await w.bob.core.config.set('thumbnails.gridQuality', '10')
  await w.bob.core.config.set('sidecars.thumb', 'default')
  await vi.waitFor(async () => expect(await thumb(w.bob, w.contentId)).toMatchObject({ state: 'ready' }), WAIT)
  expect((await thumb(w.bob, w.contentId))!.checksum).not.toBe((await thumb(w.alice, w.contentId))!.checksum)
})

test('what is not what its sender said is not kept; another device has it', async () => {
  await using w = await world(names, { make: ['alice', 'carol'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice', 'carol']), WAIT)
  // Nobody watches the folder while it happens: the database says still what was there before.
  const { path, checksum } = (await thumb(w.alice, w.contentId))!
  await w.alice.core.config.set('watch.enabled', 'false')
  await w.alice.restart()
  await untilConnected(w.alice, 2)
  await w.network.connected()
  const bytes = readFileSync(path!)
  bytes[100] = bytes[100]! ^ 1
  writeFileSync(path!, bytes)
  const [fetched] = await w.bob.library.sidecars.resolve(addressOf(w.contentId), 'fetch', signal)
  expect(fetched).toMatchObject({ state: 'ready', checksum })
  expect(readFileSync(fetched!.path!).equals(bytes)).toBe(false)
  expect((await w.bob.library.sidecars.verify(signal)).problems).toEqual([])
})

test('a device that lies, and nobody else has it: it is made here', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  const { sidecars } = w.alice.library
  const ready = sidecars.ready.bind(sidecars)
  sidecars.ready = (...of) => ready(...of).map((each) => ({ ...each, checksum: new Uint8Array(32), size: each.size }))
  const [made] = await w.bob.library.sidecars.resolve(addressOf(w.contentId), 'now', signal)
  expect(made).toMatchObject({ state: 'ready', attempts: 1 })
  expect(made!.checksum).not.toBe('0'.repeat(64))
  expect((await w.bob.library.sidecars.verify(signal)).problems).toEqual([])
})

test('who is no member, no longer one, or may not, gets nothing', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  const fetched = () => w.bob.library.sidecars.resolve(addressOf(w.contentId), 'fetch', signal)
  w.alice.core.network.grants.set(w.network.idOf('bob'), 'sidecars', false)
  expect(await fetched()).toMatchObject([{ state: 'pending', path: null }])
  w.alice.core.network.grants.set(w.network.idOf('bob'), 'sidecars', true)
  await w.alice.core.network.membership.remove(w.library, { id: w.network.idOf('bob'), name: 'bob' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual([]), WAIT)
  expect(await fetched()).toMatchObject([{ state: 'pending', path: null }])
  expect(w.alice.core.network.transfers.list()).toEqual([])
})

test('a device that is away is listed, not waited for, and known still after a restart', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  await w.alice.core.network.stop()
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice (offline)']), WAIT)
  await w.bob.restart()
  expect(holders(w.bob, w.contentId)).toEqual(['alice (offline)'])
  const [made] = await w.bob.library.sidecars.resolve(addressOf(w.contentId), 'now', signal)
  expect(made).toMatchObject({ state: 'ready' })
  expect(existsSync(made!.path!)).toBe(true)
  w.bob.core.network.revoke(w.network.idOf('alice'))
  expect(holders(w.bob, w.contentId)).toEqual([])
})
