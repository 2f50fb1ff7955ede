import { expect, test, vi } from 'vitest'
import type { IntelligencePort } from '../src/indexing/index.ts'
import { createTestCore } from '../testing/index.ts'

const { signal } = new AbortController()

test('a folder that is not indexed is listed at once, and keeps its ids when it is added', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  t.write('sub/b.txt')
  const { items, total } = await t.library.indexing.browse(
    { path: t.root, scope: 'recursive', content: false, limit: 100 },
    signal,
  )
  expect([total, items.map((item) => item.name)]).toEqual([
    3,
    ['sub', 'b.txt', 'a.txt'].toSorted(
      (x, y) => items.findIndex((i) => i.name === x) - items.findIndex((i) => i.name === y),
    ),
  ])
  await t.add()
  for (const item of items) expect((await t.library.files.info(item.path, signal)).id).toBe(item.id)
})

test('browsing shows what a rule would leave out, with the rule, and does not enter it', async () => {
  await using t = await createTestCore()
  t.write('node_modules/x/index.js')
  t.write('package.json')
  const { items } = await t.library.indexing.browse(
    { path: t.root, scope: 'recursive', content: false, limit: 100 },
    signal,
  )
  expect(items.map(({ name, hiddenBy }) => [name, hiddenBy])).toEqual([
    ['node_modules', 'dev'],
    ['package.json', undefined],
  ])
})

test('the content of browsed files is the content they have once they are indexed', async () => {
  await using t = await createTestCore()
  t.write('a.txt', 'hello')
  const { items } = await t.library.indexing.browse(
    { path: t.root, scope: 'current', content: true, limit: 10 },
    signal,
  )
  await t.add({ mode: 'content' })
  expect(items[0]?.contentId).toBe((await t.library.files.info(t.path('a.txt'), signal)).contentId)
})

test('a quick scan writes where the folder is indexed, and only looks where it is not', async () => {
  await using t = await createTestCore()
  t.write('in/a.txt')
  t.write('out/b.txt')
  await t.add({ path: t.path('in'), watch: false })
  t.write('in/new.txt')
  const inside = await t.library.indexing.quickScan({ path: t.path('in'), scope: 'current', ephemeral: false }, signal)
  expect(inside).toMatchObject({ persisted: true, counts: { files: 2 } })
  const outside = await t.library.indexing.quickScan(
    { path: t.path('out'), scope: 'recursive', ephemeral: false },
    signal,
  )
  expect(outside).toMatchObject({ persisted: false, counts: { files: 1 }, job: null })
})

test('a search in a folder that is not indexed finds its files', async () => {
  await using t = await createTestCore()
  t.write('deep/receipt 2024.pdf')
  const result = await t.library.search.search(
    {
      query: 'receipt',
      type: [],
      ext: [],
      location: [t.root],
      content: false,
      semantic: false,
      sort: 'relevance',
      limit: 10,
    },
    signal,
  )
  expect(result).toMatchObject({
    total: 1,
    totalIsExact: true,
    items: [{ name: 'receipt 2024.pdf', location: null, online: true }],
  })
})

test('a folder is listed in natural order, from the disk before it is indexed and from the index after', async () => {
  await using t = await createTestCore()
  for (const name of ['10.txt', '9.txt', 'b.txt', 'A.txt', 'sub/x']) t.write(name)
  const list = () =>
    t.library.files.list(
      {
        path: t.root,
        all: false,
        sort: 'name',
        reverse: false,
        foldersFirst: true,
        thumbs: false,
        limit: 50,
        offset: 0,
      },
      signal,
    )
  const names = ['sub', '9.txt', '10.txt', 'A.txt', 'b.txt']
  const before = await list()
  expect([before.source, before.items.map((item) => item.name)]).toEqual(['disk', names])
  await t.add()
  const after = await list()
  expect([after.source, after.items.map((item) => item.name), after.total]).toEqual(['index', names, 5])
})

test('what is plugged in is asked at the end of an index run which work the contents make', async () => {
  const asked: string[] = []
  const port: IntelligencePort = {
    async queue(location) {
      asked.push(location.name)
      return 7
    },
  }
  await using t = await createTestCore({ intelligence: [port] })
  t.write('a.txt')
  const { job } = await t.add({ name: 'Pictures' })
  expect(asked).toContain('Pictures')
  expect(t.library.jobs.info(job.id).output).toMatchObject({ queued: 7 })
})

test('a folder that is not indexed is listed while the bulk thread is busy with another', async () => {
  await using t = await createTestCore()
  t.write('a.txt')
  const order = { sort: 'name', reverse: false, foldersFirst: true } as const
  const window = { all: false, thumbs: false, limit: 10, offset: 0 }
  // A listing that waits for the bulk thread never comes first. Others may be late once, on a busy machine.
  await vi.waitFor(async () => {
    let isBusy = true
    const busy = t.library.store.bulk.select(COUNTED_FOR_LONG).then(() => (isBusy = false))
    const { items } = await t.library.files.list({ path: t.root, ...order, ...window }, signal)
    const wasBusy = isBusy
    await busy
    expect([items.map(({ name }) => name), wasBusy]).toEqual([['a.txt'], true])
  })
})

/** Takes seconds. */
const COUNTED_FOR_LONG =
  'with recursive counted(i) as (select 1 union all select i + 1 from counted limit 4000000) select count(*) from counted'
