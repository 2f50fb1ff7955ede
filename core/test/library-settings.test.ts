import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { ConfigManager, withTraits } from '../src/config/index.ts'
import { Core } from '../src/core.ts'
import type { Library } from '../src/library/index.ts'
import { silentLogger } from '../src/util/logger.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'
import { createTempDir } from '../testing/temp-dir.ts'
import { troubled, unboxed } from './troubled-generator/index.ts'

const settingsIn = (path: string): unknown => JSON.parse(readFileSync(join(path, 'library.json'), 'utf8')).settings

function valueOf(t: TestCore, key: string, library: Library | null = t.library): [unknown, string] {
  const [setting] = t.core.settings(key, library)
  return [setting!.value, setting!.source]
}

test('a setting of sidecars belongs to the library, and one about this machine does not', async () => {
  await using t = await createTestCore()
  expect(valueOf(t, 'sidecars.thumb')).toEqual(['default', 'default'])
  await t.core.changeSetting({ key: 'sidecars.thumb', value: 'off' }, t.library)
  const changed = await t.core.changeSetting({ key: 'prefetch.never', value: 'proxy+thumb' }, t.library)
  expect(changed).toMatchObject({
    source: 'library',
    scope: 'library',
    from: join(t.library.path, 'library.json'),
    restartNeeded: false,
  })
  await t.core.changeSetting({ key: 'sidecars.speed', value: 'gentle' }, t.library)
  expect(settingsIn(t.library.path)).toEqual({ sidecars: { thumb: 'off' }, prefetch: { never: 'proxy+thumb' } })
  expect(valueOf(t, 'sidecars.thumb')).toEqual(['off', 'library'])
  expect(valueOf(t, 'sidecars.thumb', null)).toEqual(['default', 'default'])
  expect(valueOf(t, 'sidecars.speed')).toEqual(['gentle', 'file'])
  await t.restart()
  expect(valueOf(t, 'sidecars.thumb')).toEqual(['off', 'library'])
  expect(await t.core.resetSetting('sidecars.thumb', t.library)).toMatchObject({ value: 'default', source: 'default' })
  expect(settingsIn(t.library.path)).toEqual({ prefetch: { never: 'proxy+thumb' } })
  expect(await t.core.resetSetting('sidecars.speed', t.library)).toMatchObject({ source: 'default' })
  await expect(t.core.resetSetting('sidecars.thumb', t.library)).rejects.toMatchObject({ code: 'NotFound' })
})

test('a choice of sidecars that do not exist is refused, with those that do', async () => {
  await using t = await createTestCore({ generators: undefined })
  const set = (value: string, key = 'sidecars.thumb') => t.core.changeSetting({ key, value }, t.library)
  await expect(set('maybe')).rejects.toMatchObject({
    code: 'InvalidInput',
    message: expect.stringMatching(/^there is no thumb maybe; there are .*grid@2x/),
  })
  await expect(set('scrub+nope', 'sidecars.proxy')).rejects.toMatchObject({ code: 'InvalidInput' })
  expect(valueOf(t, 'sidecars.thumb')).toEqual(['default', 'default'])
  for (const value of ['grid@2x+icon@1x', 'on', 'off', 'default']) await set(value)
  expect(valueOf(t, 'sidecars.thumb')).toEqual(['default', 'library'])
})

test('a setting is added in one place, with its check; a value that fails the check is refused with its message', async () => {
  using temp = createTempDir('settings')
  const dataDir = join(temp.path, 'data')
  const even = withTraits(z.int().default(2).describe('an even number'), {
    check: async (value, facts) =>
      value % 2 === 0 ? null : `${value} is odd, and there are ${(await facts.ocrLanguages()).length} languages`,
  })
  const groups = { demo: { isLive: true, schema: z.object({ even }) } }
  const config = await ConfigManager.open({ dataDir, log: silentLogger, groups })
  await using core = await Core.open({ dataDir, config, generators: [] })
  const set = (value: string) => core.changeSetting({ key: 'demo.even', value }, null)
  await expect(set('3')).rejects.toMatchObject({ code: 'InvalidInput', message: '3 is odd, and there are 0 languages' })
  await expect(set('x')).rejects.toMatchObject({ message: expect.stringContaining('demo.even cannot be "x"') })
  expect(core.settings('demo.even', null)[0]).toMatchObject({ value: 2, source: 'default', scope: 'device' })
  expect(await set('4')).toMatchObject({ value: 4, source: 'file', restartNeeded: false })
})

test('without a value of its own a library has that of the installation; each library has its own', async () => {
  await using t = await createTestCore()
  const first = t.library
  await t.core.changeSetting({ key: 'thumbnails.gridQuality', value: '60' }, null)
  const { id } = await t.core.libraries.create({ name: 'Second' })
  const second = t.core.libraries.resolve(id)
  await t.core.changeSetting({ key: 'thumbnails.gridQuality', value: '70' }, second)
  const source = ({ manifest }: Library) => t.core.config.valuesOf(manifest.settings).thumbnails.gridQuality
  expect([source(first), source(second)]).toEqual([60, 70])
  expect(valueOf(t, 'thumbnails.gridQuality', first)).toEqual([60, 'file'])
  await t.core.changeSetting({ key: 'thumbnails.gridQuality', value: '61' }, null)
  expect([source(first), source(second)]).toEqual([61, 70])
})

test('the settings travel with the folder of the library to another device', async () => {
  await using here = await createTestCore()
  await using there = await createTestCore()
  await here.core.changeSetting({ key: 'sidecars.ocr', value: 'off' }, here.library)
  await here.core.libraries.rename(here.library, 'Travelled')
  const { path } = here.library
  await here.core.libraries.close()
  const copy = join(there.root, 'Travelled.sdlibrary')
  cpSync(path, copy, { recursive: true })
  const { id } = await there.core.libraries.open({ path: copy, readOnly: false })
  expect(valueOf(there, 'sidecars.ocr', there.core.libraries.resolve(id))).toEqual(['off', 'library'])
})

test('what was written by hand is kept; a wrong value is reported and ignored', async () => {
  await using t = await createTestCore()
  const file = join(t.library.path, 'library.json')
  const edit = (settings: unknown) =>
    writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), settings }))
  edit({ sidecars: { thumb: 'nonsense+', text: 'off' }, later: { version: 9 }, thumbnails: null, prefetch: 'all' })
  await t.core.changeSetting({ key: 'sidecars.ocr', value: 'off' }, t.library)
  expect(settingsIn(t.library.path)).toEqual({
    sidecars: { thumb: 'nonsense+', text: 'off', ocr: 'off' },
    later: { version: 9 },
    thumbnails: null,
    prefetch: 'all',
  })
  await t.core.changeSetting({ key: 'thumbnails.gridQuality', value: '50' }, t.library)
  expect(settingsIn(t.library.path)).toMatchObject({ thumbnails: { gridQuality: 50 }, prefetch: 'all' })
  expect([valueOf(t, 'sidecars.thumb'), valueOf(t, 'sidecars.text')]).toEqual([
    ['default', 'default'],
    ['off', 'library'],
  ])
  expect(t.warnings).toContainEqual(expect.stringContaining('sidecars.thumb has an invalid value'))
  await expect(t.core.changeSetting({ key: 'sidecars.thumb', value: 'nonsense+' }, t.library)).rejects.toMatchObject({
    code: 'InvalidInput',
  })
})

test('a changed setting of a library takes effect at once, there alone', async () => {
  await using t = await createTestCore({ generators: [troubled], decoderBox: unboxed })
  t.write('fine.txt', 'fine')
  await t.core.changeSetting({ key: 'sidecars.thumb', value: 'off' }, null)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const first = t.library
  const { id } = await t.core.libraries.create({ name: 'Second' })
  const second = t.core.libraries.resolve(id)
  await t.add({ mode: 'content', watch: false })
  await second.jobs.idle()
  await t.core.changeSetting({ key: 'sidecars.thumb', value: 'on' }, first)
  const made = async (library: Library) => (await library.sidecars.views.usage()).map(({ kind }) => kind)
  await vi.waitFor(async () => expect(await made(first)).toEqual(['thumb']))
  await second.jobs.idle()
  expect(await made(second)).toEqual([])
})

test('one library makes thumbnails and the other does not', async () => {
  await using t = await createTestCore({ generators: [troubled], decoderBox: unboxed })
  t.write('fine.txt', 'fine')
  const first = t.library
  await t.core.changeSetting({ key: 'sidecars.thumb', value: 'off' }, first)
  await t.add({ mode: 'content', watch: false })
  await t.settle()
  const { id } = await t.core.libraries.create({ name: 'Second' })
  const second = t.core.libraries.resolve(id)
  await t.add({ mode: 'content', watch: false })
  await second.jobs.idle()
  const made = async (library: Library) => (await library.sidecars.views.usage()).map(({ kind }) => kind)
  expect([await made(first), await made(second)]).toEqual([[], ['thumb']])
})
