import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { type ContentId, LibraryId } from '../src/domain/index.ts'
import { loadBlake3 } from '../src/util/blake3.ts'
import type { TestCore } from '../testing/index.ts'
import { createTestNetwork, type TestNetwork, untilConnected } from '../testing/test-network.ts'

const { signal } = new AbortController()
const WAIT = { interval: 50 }
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
  return library.sidecars.exchange
    .holders(contentId, 'thumb')
    .filter(({ variant }) => variant === 'grid@2x')
    .map(({ device, online }) => `${device.name}${online ? '' : ' (offline)'}`)
    .toSorted()
}

async function thumb({ library }: TestCore, contentId: ContentId) {
  return (await library.sidecars.views.list(contentId)).find(
    ({ kind, variant }) => kind === 'thumb' && variant === 'grid@2x',
  )
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
  expect(await w.bob.library.sidecars.requests.resolve(address, 'local', signal)).toEqual([])
  const [fetched] = await w.bob.library.sidecars.requests.resolve(address, 'fetch', signal)
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
  expect(await w.bob.library.sidecars.requests.resolve(address, 'local', signal)).toMatchObject([
    { path: fetched!.path },
  ])
  expect((await w.bob.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
  // Now alice knows that bob has it, too.
  await vi.waitFor(() => expect(holders(w.alice, w.contentId)).toEqual(['bob']), WAIT)
  expect(w.bob.library.sidecars.views.thumbs([w.contentId]).get(w.contentId)).toMatchObject(
    w.alice.library.sidecars.views.thumbs([w.contentId]).get(w.contentId)!.hash === null
      ? {}
      : { hash: w.alice.library.sidecars.views.thumbs([w.contentId]).get(w.contentId)!.hash },
  )
})

test('thumbnails of contents that both have are fetched ahead, and made once', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: 'thumb' })
  const made = (await thumb(w.alice, w.contentId))!
  await vi.waitFor(async () => {
    expect(await thumb(w.bob, w.contentId)).toMatchObject({ state: 'ready', checksum: made.checksum })
  }, WAIT)
})

test('a job fetches the sidecars that another device has already generated', async () => {
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

test('a sidecar that differs from its checksum is discarded and fetched from another device', async () => {
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
  const [fetched] = await w.bob.library.sidecars.requests.resolve(addressOf(w.contentId), 'fetch', signal)
  expect(fetched).toMatchObject({ state: 'ready', checksum })
  expect(readFileSync(fetched!.path!).equals(bytes)).toBe(false)
  expect((await w.bob.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
})

test('if the only device with a sidecar sends wrong data, the sidecar is generated here', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  const { sidecars } = w.alice.library
  const ready = sidecars.exchange.ready.bind(sidecars.exchange)
  sidecars.exchange.ready = (...of) =>
    ready(...of).map((each) => ({ ...each, checksum: new Uint8Array(32), size: each.size }))
  const [made] = await w.bob.library.sidecars.requests.resolve(addressOf(w.contentId), 'now', signal)
  expect(made).toMatchObject({ state: 'ready', attempts: 1 })
  expect(made!.checksum).not.toBe('0'.repeat(64))
  expect((await w.bob.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
})

test('a device that is not a member, or has no grant, gets no sidecars', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  const fetched = () => w.bob.library.sidecars.requests.resolve(addressOf(w.contentId), 'fetch', signal)
  w.alice.core.network.grants.takeBack(w.network.idOf('bob'), 'sidecars')
  expect(await fetched()).toMatchObject([{ state: 'pending', path: null }])
  w.alice.core.network.grants.allow(w.network.idOf('bob'), 'sidecars')
  const theirs = w.alice.core.network.registry.find('bob')
  await w.alice.core.network.membership.remove(w.library, theirs, [theirs.key])
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
  const [made] = await w.bob.library.sidecars.requests.resolve(addressOf(w.contentId), 'now', signal)
  expect(made).toMatchObject({ state: 'ready' })
  expect(existsSync(made!.path!)).toBe(true)
  w.bob.core.network.revoke(w.network.idOf('alice'))
  expect(holders(w.bob, w.contentId)).toEqual([])
})

/** The runs of the job that fetches ahead, the newest first. */
function fetches({ library }: TestCore) {
  return library.jobs.list().filter(({ name }) => name === 'sidecars.fetch')
}

test('fetching in advance is a job with progress', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: 'thumb' })
  await vi.waitFor(async () => expect(await thumb(w.bob, w.contentId)).toMatchObject({ state: 'ready' }), WAIT)
  await vi.waitFor(() => expect(fetches(w.bob)[0]).toMatchObject({ status: 'completed' }), WAIT)
  const [last] = fetches(w.bob)
  expect(last!.progress).toMatchObject({ phase: 'fetch', done: last!.progress.total })
  expect(fetches(w.alice)).toEqual([])
})

test('fetching ahead is paused, goes on, and is cancelled until there is a reason to look again', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  const { jobs, sidecars } = w.bob.library
  const hold = sidecars.exchange.fetchHold.bind(sidecars.exchange)
  let isHeld = true
  sidecars.exchange.fetchHold = async () => (isHeld ? { reason: 'somebody waits', isBrief: true } : hold())
  const lookAgain = () => w.bob.library.indexing.enqueueScan(w.bob.library.locations.map.all()[0]!, { mode: 'content' })
  await w.bob.core.config.set('prefetch.eager', 'thumb')
  await lookAgain()
  await vi.waitFor(() => expect(fetches(w.bob)[0]).toMatchObject({ status: 'running' }), WAIT)
  const { id } = fetches(w.bob)[0]!
  expect(await jobs.pause(id)).toMatchObject({ status: 'paused' })
  await jobs.resume(id)
  await vi.waitFor(() => expect(jobs.info(id)).toMatchObject({ status: 'running' }), WAIT)
  expect(await jobs.cancel(id)).toMatchObject({ status: 'cancelled' })
  isHeld = false
  expect(await thumb(w.bob, w.contentId)).toBeUndefined()
  await lookAgain()
  await vi.waitFor(async () => expect(await thumb(w.bob, w.contentId)).toMatchObject({ state: 'ready' }), WAIT)
})

test('nothing is fetched ahead on a battery, on a line that is paid for, or above what may be stored', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  const { sidecars } = w.bob.library
  const reason = async () => (await sidecars.exchange.fetchHold())?.reason ?? null
  expect(await reason()).toBe(null)
  await w.bob.core.config.set('network.metered', 'yes')
  expect(await reason()).toContain('metered')
  await w.bob.core.config.set('prefetch.eager', 'thumb')
  await w.bob.library.indexing.enqueueScan(w.bob.library.locations.map.all()[0]!, { mode: 'content' })
  await vi.waitFor(() => expect(fetches(w.bob)[0]).toMatchObject({ status: 'completed' }), WAIT)
  const { output } = w.bob.library.jobs.info(fetches(w.bob)[0]!.id)
  expect(output).toMatchObject({ fetched: 0, held: expect.stringContaining('metered') })
  expect(await thumb(w.bob, w.contentId)).toBeUndefined()
  // What somebody asks for comes all the same.
  expect(await sidecars.requests.resolve(addressOf(w.contentId), 'fetch', signal)).toMatchObject([{ state: 'ready' }])
  // So little more that nothing of what is there is given up.
  const used = (await sidecars.views.list(w.contentId)).reduce((sum, { size }) => sum + (size ?? 0), 0)
  await w.bob.core.config.set('sidecars.quotaBytes', String(used + 1))
  await w.bob.core.config.set('network.metered', 'no')
  expect(await reason()).toContain('sidecars.quotaBytes')
  await w.bob.core.config.set('sidecars.quotaBytes', '0')
  const ready = async () => (await sidecars.views.list(w.contentId)).filter(({ state }) => state === 'ready').length
  const made = (await w.alice.library.sidecars.views.list(w.contentId)).filter(({ state }) => state === 'ready').length
  // It goes on by itself.
  await vi.waitFor(async () => expect(await ready()).toBe(made), WAIT)
})

test('fetching ahead takes no more of the line than it may', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  const { sidecars } = w.bob.library
  const sizes: number[] = []
  const begun: number[] = []
  const prefetch = sidecars.exchange.prefetch.bind(sidecars.exchange)
  sidecars.exchange.prefetch = async (of, ...rest) => {
    begun.push(performance.now())
    sizes.push(
      (await w.alice.library.sidecars.views.list(w.contentId)).find(({ variant }) => variant === of.variant)!.size!,
    )
    return prefetch(of, ...rest)
  }
  const rate = 2_000
  await w.bob.core.config.set('prefetch.maxBytesPerSecond', String(rate))
  await w.bob.core.config.set('prefetch.eager', 'thumb')
  await w.bob.library.indexing.enqueueScan(w.bob.library.locations.map.all()[0]!, { mode: 'content' })
  await vi.waitFor(() => expect(fetches(w.bob)[0]).toMatchObject({ status: 'completed' }), WAIT)
  expect(begun.length).toBeGreaterThan(1)
  for (const [i, size] of sizes.slice(0, -1).entries())
    expect(begun[i + 1]! - begun[i]!).toBeGreaterThanOrEqual((size / rate) * 1_000 - 1)
})

test('sidecars of a content without a local file are fetched on request', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: 'thumb' })
  w.alice.write('photos/hill.jpg', await photo('#40a020'))
  await w.alice.library.indexing.enqueueScan(w.alice.library.locations.map.all()[0]!, { mode: 'content' })
  await w.alice.settle()
  const contentId = await w.alice.library.files.contentOf(w.alice.path('photos/hill.jpg'), signal)
  await vi.waitFor(async () => expect(await thumb(w.alice, contentId)).toMatchObject({ state: 'ready' }), WAIT)
  const resolve = (mode: 'local' | 'fetch') =>
    w.bob.library.sidecars.requests.resolve(addressOf(contentId), mode, signal)
  await expect(resolve('local')).rejects.toMatchObject({ code: 'NotFound' })
  // What says that it is something else is not believed.
  const { sidecars } = w.alice.library
  const identity = sidecars.exchange.identity.bind(sidecars.exchange)
  sidecars.exchange.identity = (of) => ({ ...identity(of)!, hash: new Uint8Array(32) })
  await expect(resolve('fetch')).rejects.toMatchObject({ code: 'NotFound' })
  sidecars.exchange.identity = identity
  const [fetched] = await resolve('fetch')
  const { checksum } = (await thumb(w.alice, contentId))!
  expect(fetched).toMatchObject({ state: 'ready', checksum })
  expect(existsSync(fetched!.path!)).toBe(true)
  expect(await resolve('local')).toMatchObject([{ state: 'ready' }])
  // It is of no file here: who clears up takes it along.
  expect(await w.bob.library.sidecars.upkeep.cleanup({ dryRun: false }, signal)).toMatchObject({ files: 1 })
})

test('large sidecars are fetched from all devices that have them', async () => {
  await using w = await world(names, { make: [], eager: '' })
  const carol = w.network.device('carol')
  const bytes = randomBytes(20_000_000)
  const checksum = Buffer.from((await loadBlake3()).hash(bytes)).toString('hex')
  const key = { contentId: w.contentId, kind: 'thumb', variant: 'grid@2x', format: 'webp' } as const
  const asked: string[] = []
  for (const [name, { core, library }] of [
    ['alice', w.alice],
    ['carol', carol],
  ] as const) {
    const path = library.sidecars.exchange.fileOf(key)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, bytes)
    const { adopted } = await library.sidecars.upkeep.reconcile(signal)
    expect(adopted).toBe(1)
    const fileOf = library.sidecars.exchange.fileOf.bind(library.sidecars.exchange)
    library.sidecars.exchange.fileOf = (of) => (asked.push(name), fileOf(of))
    const ready = library.sidecars.exchange.ready.bind(library.sidecars.exchange)
    // Of what was only found nobody knows how it was made.
    library.sidecars.exchange.ready = (...of) => ready(...of).map((each) => ({ ...each, recipe: 1_000 }))
    await core.network.sidecars.refresh()
  }
  await w.bob.core.network.sidecars.refresh()
  expect(holders(w.bob, w.contentId)).toEqual(['alice', 'carol'])
  const [fetched] = await w.bob.library.sidecars.requests.resolve(addressOf(w.contentId), 'fetch', signal)
  expect(fetched).toMatchObject({ state: 'ready', checksum, size: bytes.length })
  expect(readFileSync(fetched!.path!).equals(bytes)).toBe(true)
  expect(new Set(asked)).toEqual(new Set(['alice', 'carol']))
})

test('a disk that is full when it is written down what others have keeps nothing from closing', async () => {
  await using w = await world(['alice', 'bob'], { make: ['alice'], eager: '' })
  await vi.waitFor(() => expect(holders(w.bob, w.contentId)).toEqual(['alice']), WAIT)
  const { db } = w.bob.core.network
  db.all('pragma query_only = 1')
  await w.bob.core.network.sidecars.refresh()
  await w.bob.core.network.sidecars[Symbol.asyncDispose]()
  db.all('pragma query_only = 0')
})
