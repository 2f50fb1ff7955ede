import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Generator } from '../src/sidecars/index.ts'
import { createTestCore } from '../testing/index.ts'
import { troubled, unboxed } from './troubled-generator/index.ts'

const { signal } = new AbortController()
/** Larger files are films. */
const PICTURE_BYTES = 1_000

const pictures: Generator = { ...troubled, priority: 100, accepts: ({ size }) => size <= PICTURE_BYTES }
const proxies: Generator = {
  ...troubled,
  kind: 'proxy',
  pool: () => 'av',
  priority: 10,
  variants: ['small'],
  outputs: [{ variant: 'small', format: 'mp4' }],
  accepts: ({ size }) => size > PICTURE_BYTES,
}

test('the thumbnail of a new file is made before the proxies of films that came before it, but for those begun', async () => {
  await using t = await createTestCore({ generators: [proxies, pictures], decoderBox: unboxed })
  await t.core.config.set('sidecars.proxy', 'on')
  const logs = Array.from({ length: 12 }, (_, i) => join(t.dataDir, '..', `film-${i}.log`))
  for (const [i, log] of logs.entries())
    t.write(`film-${i}.txt`, `wait ${log} ${i} ${'pictures'.repeat(PICTURE_BYTES)}`)
  await t.add({ mode: 'content', watch: false })
  const begun = await vi.waitUntil(() => logs.find((log) => existsSync(log)))
  const picture = t.write('picture.txt', 'fine')
  await t.library.locations.rescan({ location: t.root, force: false })
  const thumb = async () => {
    const contentId = await t.library.files.contentOf(picture, signal)
    return (await t.library.sidecars.views.list(contentId)).map(({ kind, state }) => `${kind} ${state}`)
  }
  await vi.waitFor(async () => expect(await thumb()).toEqual(['thumb pending']))
  // The others are not let go on.
  writeFileSync(`${begun}.go`, '')
  await vi.waitFor(async () => expect(await thumb()).toEqual(['thumb ready']))
  for (const log of logs) writeFileSync(`${log}.go`, '')
  await t.settle()
  expect(await t.library.sidecars.views.usage()).toMatchObject([
    { kind: 'thumb', files: 1 },
    { kind: 'proxy', files: logs.length },
  ])
})
