import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { draftsOf } from '../testing/drafts.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()
const usual = ['detail@1x', 'grid@2x', 'grid@3x']

async function photo(colour: string, side = 900): Promise<Buffer> {
  const image = sharp({ create: { width: side, height: side, channels: 3, background: colour } })
  return image.jpeg().toBuffer()
}

/** A library with one photo under two names. */
async function libraryWithPhoto(): Promise<TestCore & { photo: string }> {
  const t = await createTestCore({ generators: undefined })
  const bytes = await photo('#2040c0')
  const path = t.write('photos/sea.jpg', bytes)
  t.write('photos/copy/the same sea.jpg', bytes)
  await t.add({ mode: 'content' })
  await t.settle()
  return Object.assign(t, { photo: path })
}

async function listed(t: TestCore, path: string) {
  const contentId = await t.library.files.contentOf(path, signal)
  return { contentId, items: await t.library.sidecars.views.list(contentId) }
}

async function states(t: TestCore, path: string): Promise<Record<string, string>> {
  const { items } = await listed(t, path)
  return Object.fromEntries(items.map(({ kind, variant, state }) => [`${kind} ${variant}`, state]))
}

const thumbs = (state: string) => Object.fromEntries(usual.map((variant) => [`thumb ${variant}`, state]))

test('a photo is indexed, and what it is to have is made, once for all its copies', async () => {
  await using t = await libraryWithPhoto()
  const { contentId, items } = await listed(t, t.photo)
  const made = items.filter(({ kind }) => kind === 'thumb')
  expect(made.map(({ variant }) => variant).toSorted()).toEqual(usual)
  for (const { path, size, state, attempts, checksum } of made) {
    expect({ state, attempts, size }).toEqual({ state: 'ready', attempts: 1, size: (await readFile(path!)).length })
    expect(checksum).toMatch(/^[0-9a-f]{64}$/)
  }
  expect((await listed(t, t.path('photos/copy/the same sea.jpg'))).contentId).toBe(contentId)
  const presence = await t.library.sidecars.views.presence([contentId], 'thumb')
  expect(presence.get(contentId)).toEqual(usual)
  const info = await t.library.files.info(t.photo, signal)
  expect(info.sidecars).toEqual(items)
  expect(draftsOf(t.library)).toEqual([])
})

test('a second look makes nothing', async () => {
  await using t = await libraryWithPhoto()
  const before = await listed(t, t.photo)
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  expect(await listed(t, t.photo)).toEqual(before)
})

test('regenerate, retry, verify and reconcile put right what is not', async () => {
  await using t = await libraryWithPhoto()
  const { sidecars } = t.library
  const { contentId, items } = await listed(t, t.photo)
  const [first, second] = items.filter(({ kind }) => kind === 'thumb').map(({ path }) => path!)
  expect(await sidecars.upkeep.verify(signal)).toEqual({ checked: items.length, problems: [] })
  expect(await sidecars.queue.regenerate(contentId, { kind: 'thumb' })).toBe(3)
  await t.settle()
  expect((await listed(t, t.photo)).items[0]).toMatchObject({ state: 'ready', attempts: 2 })

  // What is done while nobody watches is found by looking.
  const { path } = t.library
  await t.core.close()
  rmSync(first!)
  writeFileSync(second!, 'somebody was here')
  writeFileSync(join(path, 'sidecars', 'drafts', 'of a crash'), 'half')
  writeFileSync(join(first!, '..', 'of-nothing.webp'), 'who knows')
  await t.restart()
  const { sidecars: now } = t.library
  const { problems } = await now.upkeep.verify(signal)
  expect(problems.map(({ problem }) => problem).toSorted()).toEqual(['missing', 'orphan', 'size', 'temporary'])
  const counts = await now.upkeep.reconcile(signal)
  expect(counts.requeued).toBe(2)
  await t.settle()
  expect((await now.upkeep.verify(signal)).problems).toEqual([])
  expect(await states(t, t.photo)).toMatchObject(thumbs('ready'))
})

test('a failed sidecar gives its reason, and is retried on request', async () => {
  await using t = await createTestCore({ generators: undefined })
  const whole = await photo('#208040')
  const path = t.write('photos/broken.jpg', whole.subarray(0, 40))
  await t.add({ mode: 'content' })
  await t.settle()
  const [failed] = await t.library.sidecars.views.pending({ state: 'failed', limit: 10 })
  expect(failed).toMatchObject({ path, kind: 'thumb', state: 'failed', attempts: 1, nextAttemptAt: null })
  expect(failed!.error!.message).toMatch(/^the picture is damaged or cut off/)
  expect(await t.library.sidecars.queue.retry({})).toBeGreaterThan(0)
  await t.settle()
  expect((await t.library.sidecars.views.pending({ state: 'failed', limit: 10 }))[0]).toMatchObject({ attempts: 2 })
})

test('sidecars without a file are deleted, after a dry run that shows their size', async () => {
  await using t = await libraryWithPhoto()
  const { items } = await listed(t, t.photo)
  const paths = items.flatMap(({ path }) => path ?? [])
  t.remove('photos')
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  const bytes = items.reduce((sum, { size }) => sum + size!, 0)
  expect(await t.library.sidecars.upkeep.cleanup({ dryRun: true }, signal)).toEqual({ files: paths.length, bytes })
  expect(paths.every((path) => existsSync(path))).toBe(true)
  expect(await t.library.sidecars.upkeep.cleanup({ dryRun: false }, signal)).toEqual({ files: paths.length, bytes })
  expect(paths.some((path) => existsSync(path))).toBe(false)
  expect(await t.library.sidecars.views.usage()).toEqual([])
})

test('a library that is moved has its sidecars still', async () => {
  await using t = await libraryWithPhoto()
  const { contentId } = await listed(t, t.photo)
  const { path } = t.library
  const moved = `${path.slice(0, -'.sdlibrary'.length)} elsewhere.sdlibrary`
  await t.core.libraries.close(t.library.id)
  renameSync(path, moved)
  const { id } = await t.core.libraries.open({ path: moved, readOnly: false })
  const library = t.core.libraries.resolve(id)
  const items = await library.sidecars.views.list(contentId)
  expect(items.every((item) => item.state === 'ready' && item.path!.startsWith(moved))).toBe(true)
  expect((await library.sidecars.upkeep.verify(signal)).problems).toEqual([])
})

test('a location has made what it asks for, and what it asks for later is made then', async () => {
  await using t = await createTestCore({ generators: undefined })
  const path = t.write('photos/sea.jpg', await photo('#2040c0'))
  await t.add({ mode: 'content', policy: { thumb: 'icon@1x' } })
  await t.settle()
  expect(await states(t, path)).toMatchObject({ 'thumb icon@1x': 'ready' })
  const policy = t.library.sidecars.queue.changedPolicy({}, ['thumb=icon@1x+grid@1x'])
  await t.library.locations.update({ location: t.root, policy })
  await t.library.sidecars.queue.refill(signal)
  await t.settle()
  expect(await states(t, path)).toMatchObject({ 'thumb icon@1x': 'ready', 'thumb grid@1x': 'ready' })
  expect((await listed(t, path)).items[0]).toMatchObject({ attempts: 1 })
})

test('a location inside another makes its own choice', async () => {
  await using t = await createTestCore({ generators: undefined })
  const outer = t.write('a/one.jpg', await photo('#2040c0'))
  const inner = t.write('a/private/two.jpg', await photo('#c04020'))
  await t.library.locations.add({ path: t.path('a/private'), allowNested: true, policy: { thumb: 'off', ocr: 'off' } })
  await t.library.locations.add({ path: t.path('a'), allowNested: true })
  await t.settle()
  expect(await states(t, outer)).toMatchObject(thumbs('ready'))
  expect(await states(t, inner)).toEqual({})
})

test('the policy of the device is a setting that takes effect at once', async () => {
  await using t = await createTestCore({ generators: undefined })
  await t.core.config.set('sidecars.thumb', 'off')
  await t.core.config.set('sidecars.ocr', 'off')
  const path = t.write('photos/sea.jpg', await photo('#2040c0'))
  await t.add({ mode: 'content' })
  await t.settle()
  expect(await states(t, path)).toEqual({})
  await t.core.config.set('sidecars.device', 'mobile')
  await t.core.config.set('sidecars.thumb', 'default')
  await expect.poll(() => states(t, path)).toMatchObject({ 'thumb grid@2x': 'ready', 'thumb icon@1x': 'ready' })
})
