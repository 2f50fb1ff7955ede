import { expect, test } from 'vitest'
import { SearchInput } from '../src/domain/index.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

async function noticesOf(t: TestCore): Promise<readonly string[] | undefined> {
  return (await t.library.search.search(SearchInput.parse({ query: 'whale' }))).notices
}

test('a search says that the library has no location, or that nothing is indexed, and else nothing', async () => {
  await using t = await createTestCore()
  expect(await noticesOf(t)).toEqual(['this library has no location yet; `spacedrive location add <folder>` adds one'])
  await t.add()
  expect(await noticesOf(t)).toEqual([
    'no files are indexed: the locations are empty, or not scanned yet; `spacedrive status` shows the progress',
  ])
  t.write('shark.txt')
  const { job } = await t.library.locations.rescan({ location: t.root, force: true })
  await t.library.jobs.wait(job.id)
  expect(await noticesOf(t)).toBeUndefined()
})
