import { cpSync, linkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()
const SECRET = 'the seed of the key of this device'

/** A key in the data folder, and a letter beside the data folder. */
async function withKey(): Promise<TestCore & { around: string; key: string; letter: string }> {
  const t = await createTestCore({ generators: undefined })
  const key = join(t.dataDir, 'network-key.json')
  writeFileSync(key, JSON.stringify({ seed: SECRET }))
  return Object.assign(t, { around: dirname(t.dataDir), key, letter: t.write('letter.txt', 'dear reader') })
}

/** The state of the text of a file. */
async function textOf(t: TestCore, path: string): Promise<string | undefined> {
  const contentId = await t.library.files.contentOf(path, signal)
  return (await t.library.sidecars.views.list(contentId)).find(({ kind }) => kind === 'text')?.state
}

test('a location around the data folder has no row, no text and no thumbnail of what the data folder holds', async () => {
  await using t = await withKey()
  await t.add({ path: t.around, mode: 'deep', rules: [] })
  await t.settle()
  expect(await textOf(t, t.letter)).toBe('ready')
  expect(await t.found('network-key')).toEqual([])
  await expect(t.library.files.contentOf(t.key, signal)).rejects.toMatchObject({ code: 'Unavailable' })
  const made = (await t.library.sidecars.views.usage()).filter(({ kind }) => kind === 'text')
  expect(made.map(({ files }) => files)).toEqual([1])
})

test('nothing is made of a key that has a second name in a location', async () => {
  await using t = await withKey()
  const second = t.path('holiday.json')
  linkSync(t.key, second)
  await t.add({ mode: 'deep' })
  await t.settle()
  expect(await textOf(t, t.letter)).toBe('ready')
  expect(await textOf(t, second)).toBe('failed')
  const contentId = await t.library.files.contentOf(second, signal)
  const made = (await t.library.sidecars.views.list(contentId)).filter(({ path }) => path !== null)
  expect(made).toEqual([])
})

test('the data folder, and a folder in it, is no location', async () => {
  await using t = await withKey()
  for (const path of [t.dataDir, join(t.dataDir, 'libraries')])
    await expect(t.library.locations.add({ path, allowNested: true })).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringContaining('belongs to Spacedrive itself'),
    })
})

test('a copy of a library is no location, and nothing is read of it', async () => {
  await using t = await withKey()
  const copy = t.path('copies/Photos')
  cpSync(t.library.path, copy, { recursive: true })
  for (const path of [copy, join(copy, 'sidecars')])
    await expect(t.library.locations.add({ path, allowNested: true })).rejects.toMatchObject({
      code: 'PermissionDenied',
      message: expect.stringContaining(`${copy} is a library, because it contains library.json and database.db`),
    })
})
