import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Generator } from '../src/sidecars/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { mountTmpfs, NO_MOUNTS } from '../testing/mount.ts'
import { systemMachine } from '../src/util/machine.ts'
import { troubled } from './troubled-generator/index.ts'

const { signal } = new AbortController()
const MEBIBYTE = 2 ** 20

/** A mebibyte of each text, in two sizes. */
const pictures: Generator = {
  ...troubled,
  priority: 100,
  variants: ['grid@2x', 'detail@1x'],
  outputs: [{ variant: 'grid@2x', format: 'webp' }],
}
const proxies: Generator = {
  ...troubled,
  kind: 'proxy',
  priority: 10,
  variants: ['small'],
  outputs: [{ variant: 'small', format: 'mp4' }],
}

async function library(...generators: Generator[]): Promise<TestCore & { files: readonly string[] }> {
  const t = await createTestCore({ generators })
  await t.core.config.set('sidecars.proxy', 'on')
  await t.core.config.set('sidecars.thumb', 'grid@2x')
  const files = ['a', 'b', 'c', 'd'].map((name) => t.write(`${name}.txt`, `large /dev/null ${name}`))
  return Object.assign(t, { files })
}

async function there(t: TestCore): Promise<Record<string, number>> {
  const usage = await t.library.sidecars.views.usage()
  return Object.fromEntries(usage.map(({ files, kind, variant }) => [`${kind} ${variant}`, files]))
}

const quota = (t: TestCore, files: number) => t.core.config.set('sidecars.quotaBytes', String(files * MEBIBYTE))

test('all sidecars stay below the quota: proxies go before thumbnails, and what waits for room says so', async () => {
  await using t = await library(pictures, proxies)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  expect(await there(t)).toEqual({ 'thumb grid@2x': 4, 'proxy small': 4 })
  await quota(t, 6)
  await vi.waitFor(async () => expect(await there(t)).toEqual({ 'thumb grid@2x': 4, 'proxy small': 2 }))
  await t.settle()
  const given = await t.library.sidecars.views.pending({ state: 'skipped', limit: 10 })
  expect(given).toMatchObject([
    { kind: 'proxy', error: { code: 'GivenUp', message: expect.stringContaining('6 MiB') } },
    { kind: 'proxy', error: { code: 'GivenUp' } },
  ])
  expect(await t.library.sidecars.queue.retry({})).toBe(0)
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
  // Nothing goes to and fro.
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  expect(await there(t)).toEqual({ 'thumb grid@2x': 4, 'proxy small': 2 })

  // What is more needed takes the room of what is less.
  t.write('e.txt', 'large /dev/null e')
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  expect(await there(t)).toEqual({ 'thumb grid@2x': 5, 'proxy small': 1 })
  expect(await t.library.sidecars.views.pending({ state: 'pending', limit: 10 })).toMatchObject([
    { kind: 'proxy', error: { message: expect.stringContaining('quota of 6 MiB') } },
  ])

  // With more room all of it is made.
  await quota(t, 0)
  await vi.waitFor(async () => expect(await there(t)).toEqual({ 'thumb grid@2x': 5, 'proxy small': 5 }))
})

test('above the quota, sidecars outside the policy are deleted first, and regenerated on request', async () => {
  await using t = await library(pictures)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const contentId = await t.library.files.contentOf(t.files[0]!, signal)
  const [large] = await t.library.sidecars.requests.resolve(
    `sidecar://${contentId}/thumbs/detail@1x.webp`,
    'local',
    signal,
  )
  expect(large).toBeUndefined()
  const ask = () => t.library.sidecars.requests.path(contentId, 'thumb', 'detail@1x')
  await ask()
  await vi.waitFor(async () => expect(await ask()).not.toBeNull())
  const path = (await ask())!
  await quota(t, 4)
  await vi.waitFor(async () => expect(await there(t)).toEqual({ 'thumb grid@2x': 4 }))
  await vi.waitFor(() => expect(existsSync(path)).toBe(false))
  await t.settle()
  expect(await ask()).toBeNull()
  await vi.waitFor(async () => expect(await ask()).toBe(path))
})

test('a dry run of a cleanup says what it removes: what belongs to no file, and what no policy asks for', async () => {
  await using t = await library(pictures)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const contentId = await t.library.files.contentOf(t.files[0]!, signal)
  const { sidecars } = t.library
  await vi.waitFor(async () => expect(await sidecars.requests.path(contentId, 'thumb', 'detail@1x')).not.toBeNull())
  t.remove('b.txt')
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  const all = { files: 2, bytes: 2 * MEBIBYTE }
  expect(await sidecars.upkeep.cleanup({ dryRun: true, olderThanMs: -MEBIBYTE }, signal)).toEqual(all)
  expect(await sidecars.upkeep.cleanup({ dryRun: false, olderThanMs: -MEBIBYTE }, signal)).toEqual(all)
  expect(await there(t)).toEqual({ 'thumb grid@2x': 3 })
})

test('on a real disk that is nearly full nothing is made, and all of it once there is room', async ({ skip }) => {
  if (NO_MOUNTS) return skip(NO_MOUNTS)
  const machine = { ...systemMachine(), answersHoldMs: 0, lookAgainMs: 20 }
  await using t = await createTestCore({ generators: [{ ...troubled, priority: 100 }], machine })
  const disk = join(t.dataDir, '..', 'small')
  using _ = mountTmpfs(disk, '16m')
  await t.core.libraries.create({ name: 'Small', path: disk })
  t.write('a.txt', 'large /dev/null a')
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  expect(await there(t)).toEqual({})
  expect(t.core.status().notices).toEqual([
    expect.stringMatching(/^library Small, thumb: the disk of the library has only \d+ MiB free/),
  ])
  await t.core.config.set('sidecars.keepFreeBytes', String(2 * MEBIBYTE))
  await vi.waitFor(async () => expect(await there(t)).toEqual({ 'thumb grid@2x': 1 }))
})
