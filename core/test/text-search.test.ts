import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { SearchInput, sidecarStateNumbers } from '../src/domain/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()

async function said(t: TestCore, query: string, more: Partial<SearchInput> = {}) {
  const { items } = await t.library.search.search(SearchInput.parse({ query, content: true, ...more }), signal)
  return items.map(({ name }) => name).toSorted()
}

test('the text of a document is found once it is extracted, and no longer once it is deleted', async () => {
  await using t = await createTestCore({ generators: undefined })
  t.write('notes/march.txt', 'The plumber comes on Thursday.')
  t.write('copy of march.txt', 'The plumber comes on Thursday.')
  t.write('plumber.md', 'somebody else')
  const { locationId } = await t.add({ mode: 'content' })
  await t.settle()
  expect(await said(t, 'plumber thursday')).toEqual(['copy of march.txt', 'march.txt'])
  expect(await said(t, 'plum')).toEqual(['copy of march.txt', 'march.txt', 'plumber.md'])
  expect(await said(t, 'plum', { content: false })).toEqual(['plumber.md'])
  const { items } = await t.library.search.search(
    SearchInput.parse({ query: 'thursday', content: true, limit: 1 }),
    signal,
  )
  expect(items[0]?.why).toEqual([
    { field: 'text', kind: 'text', page: null, snippet: 'The plumber comes on Thursday.', ranges: [[21, 29]] },
  ])

  rmSync(t.path('copy of march.txt'))
  writeFileSync(t.path('notes/march.txt'), 'The painter comes on Friday.')
  await t.library.locations.rescan({ location: locationId, force: false })
  await t.settle()
  expect(await said(t, 'thursday')).toEqual([])
  expect(await said(t, 'painter')).toEqual(['march.txt'])
  await t.library.sidecars.upkeep.cleanup({ dryRun: false }, signal)
  expect(t.library.store.connection.prepare('select count(*) as texts from texts_docsize').get()).toEqual({ texts: 2 })
})

test('a text the index has lost is found again after a reconcile', async () => {
  await using t = await createTestCore({ generators: undefined })
  t.write('march.txt', 'The plumber comes on Thursday.')
  await t.add({ mode: 'content' })
  await t.settle()
  await t.library.store.write(async ({ db }) => void (await db.deleteFrom('texts' as never).execute()))
  expect(await said(t, 'plumber')).toEqual([])
  await t.library.sidecars.upkeep.reconcile(signal)
  expect(await said(t, 'plumber')).toEqual(['march.txt'])
})

test('a text that is missing from the index when a library is opened is put into it, though its disk is away', async () => {
  await using t = await createTestCore({ generators: undefined })
  t.write('march.txt', 'The plumber comes on Thursday.')
  await t.add({ mode: 'content' })
  await t.settle()
  await t.library.store.write(async ({ db }) => {
    await db.deleteFrom('texts' as never).execute()
    // One that is to be made again is searched as it was until then.
    await db.updateTable('searched_sidecars').set({ indexed: null }).execute()
    await db.updateTable('sidecars').set({ state: sidecarStateNumbers.pending }).execute()
  })
  renameSync(t.root, `${t.root} unplugged`)
  await t.restart()
  await vi.waitFor(async () => expect(await said(t, 'plumber')).toEqual(['march.txt']))
})
