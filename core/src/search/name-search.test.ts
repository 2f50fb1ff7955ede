import { expect, onTestFinished, test, vi } from 'vitest'
import { SearchInput, SearchResult } from '../domain/index.ts'
import { displayName } from '../util/file-name.ts'
import { ChangeFeed } from '../store/index.ts'
import { silentLogger } from '../util/logger.ts'
import { NameSearch, type NameSearchDeps } from './name-search.ts'
import { LibraryFixture, toFoundEntry } from './test/library-fixture.ts'

async function createSearch(overrides: Partial<NameSearchDeps> = {}) {
  const library = await LibraryFixture.create()
  const root = library.addLocation('/home/u/Pictures')
  const feed = new ChangeFeed({ db: library.db, log: silentLogger })
  const search = new NameSearch({
    file: library.file,
    sidecars: library.sidecars,
    changes: feed,
    now: Date.now,
    locations: () => ({
      all: () => library.locations,
      find: (reference) =>
        library.locations.filter(({ id, name, path }) => [id, name, path].includes(displayName(reference))),
    }),
    toEntries: library.toEntries,
    ...overrides,
  })
  onTestFinished(async () => {
    await search[Symbol.asyncDispose]()
    library[Symbol.dispose]()
  })
  return { feed, library, root, search }
}

const ask = (search: NameSearch, input: Partial<SearchInput>, signal?: AbortSignal) =>
  search.search(SearchInput.parse(input), signal)
const names = async (search: NameSearch, input: Partial<SearchInput>) =>
  (await ask(search, input)).items.map((item) => item.name)

test('a search answers in the shape scripts rely on', async () => {
  const { library, root, search } = await createSearch()
  library.add(root, 'Résumé.pdf', { type: 'document', size: 12 })
  const answer = await ask(search, { query: 'resume' })
  expect(SearchResult.parse(answer)).toEqual(answer)
  expect(answer).toMatchObject({ query: 'resume', total: 1, totalIsExact: true, cursor: null })
  expect(answer.items).toMatchObject([
    { name: 'Résumé.pdf', size: 12, online: true, why: [{ field: 'name', ranges: [[0, 6]] }] },
  ])
  expect(answer).not.toHaveProperty('suggestions')
})

test('what a commit changed is found by the next search', async () => {
  const { feed, library, root, search } = await createSearch()
  const id = library.add(root, 'draft.txt')
  library.add(root, 'gone.txt')
  expect(await names(search, { query: 'txt' })).toEqual(['gone.txt', 'draft.txt'])

  library.rename(id, 'final.txt')
  library.remove(library.add(root, 'short-lived.txt'))
  library.remove(id + 1)
  library.add(root, 'new.txt')
  feed.publish({ changesets: [], entries: library.takeChanges(), fromThread: true })
  expect(await names(search, { query: 'txt' })).toEqual(['new.txt', 'final.txt'])
})

test('a name that is not UTF-8 is found by the part of it that can be read', async () => {
  const { library, root, search } = await createSearch()
  library.add(root, Buffer.from('caf\xe9 menu.txt', 'latin1'))
  const { items } = await ask(search, { query: 'menu' })
  expect(items).toMatchObject([
    { name: 'caf\ufffd menu.txt', nameBase64: 'Y2Fm6SBtZW51LnR4dA==', why: [{ ranges: [[5, 9]] }] },
  ])
})

test('a search can be kept to locations, by name, path or id', async () => {
  const { library, root, search } = await createSearch()
  const other = library.addLocation('/mnt/disk')
  library.add(root, 'cat.jpg')
  library.add(other, 'cat.png')
  expect(await names(search, { query: 'cat', location: ['Pictures'] })).toEqual(['cat.jpg'])
  expect(await names(search, { query: 'cat', location: ['/mnt/disk'] })).toEqual(['cat.png'])
  expect(await names(search, { query: 'cat', location: [library.locations[0]!.id, 'disk'] })).toEqual([
    'cat.jpg',
    'cat.png',
  ])
  await expect(ask(search, { location: ['nowhere'] })).rejects.toMatchObject({ code: 'NotFound' })
})

test('a folder that is no location can be searched: in the index where it is indexed, else on the disk', async () => {
  const onDisk = toFoundEntry({
    id: 9,
    parentId: null,
    name: 'cat.gif',
    kind: 'file',
    type: 'image',
    size: 1,
    mtime: 1,
  })
  let trip = 0
  const { library, root, search } = await createSearch({
    folder: async (path) =>
      path === '/home/u/Pictures/trip' ? { directoryId: trip } : path === '/media/usb' ? { entries: [onDisk] } : null,
  })
  trip = library.add(root, 'trip', { kind: 'directory' })
  library.add(trip, 'cat.jpg')
  library.add(root, 'cat.png')
  expect(await names(search, { query: 'cat', location: ['/home/u/Pictures/trip'] })).toEqual(['cat.jpg'])
  const answer = await ask(search, { query: 'cat', location: ['/media/usb'] })
  expect(SearchResult.parse(answer)).toEqual(answer)
  expect(answer).toMatchObject({ total: 1, items: [{ name: 'cat.gif', location: null, online: true }] })
  await expect(ask(search, { location: ['/nowhere'] })).rejects.toMatchObject({ code: 'NotFound' })
  await expect(ask(search, { location: ['Pictures', '/media/usb'] })).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('an entry that is gone by the time it is shown is left out, and the total is said not to be exact', async () => {
  const { library, root, search } = await createSearch()
  library.add(root, 'stays.txt')
  const gone = library.add(root, 'goes.txt')
  const renamed = library.add(root, 'old.txt')
  await ask(search, {})
  library.remove(gone)
  library.rename(renamed, 'other.md')
  expect(await ask(search, { query: 'txt' })).toMatchObject({
    total: 3,
    totalIsExact: false,
    items: [{ name: 'stays.txt' }],
  })
})

test('two searches at once both get their answer', async () => {
  const { library, root, search } = await createSearch()
  library.add(root, 'cat.jpg')
  library.add(root, 'dog.jpg')
  expect(await Promise.all([names(search, { query: 'cat' }), names(search, { query: 'dog' })])).toEqual([
    ['cat.jpg'],
    ['dog.jpg'],
  ])
})

test('a search that is no longer wanted ends at once, and does not keep the others', async () => {
  const { library, root, search } = await createSearch()
  library.add(root, 'cat.jpg')
  const [begun, waiting, before] = [new AbortController(), new AbortController(), AbortSignal.abort()]
  const first = ask(search, { query: 'cat' }, begun.signal)
  const second = ask(search, { query: 'cat' }, waiting.signal)
  const third = names(search, { query: 'cat' })
  begun.abort()
  waiting.abort()
  await expect(first).rejects.toMatchObject({ code: 'Cancelled' })
  await expect(second).rejects.toMatchObject({ code: 'Cancelled' })
  await expect(ask(search, { query: 'cat' }, before)).rejects.toMatchObject({ code: 'Cancelled' })
  expect(await third).toEqual(['cat.jpg'])
})

test('the thread ends when it has been idle, and a later search sees what was changed meanwhile', async () => {
  const { library, root, search } = await createSearch({ idleMs: 1 })
  library.add(root, 'cat.jpg')
  expect(await names(search, { query: 'cat' })).toEqual(['cat.jpg'])
  await vi.waitUntil(() => !search.isRunning)
  library.add(root, 'cat.png')
  expect(await names(search, { query: 'cat' })).toEqual(['cat.jpg', 'cat.png'])
})

test('closing lets the search that has begun finish, refuses the others, and leaves no thread', async () => {
  const { library, root, search } = await createSearch()
  library.add(root, 'cat.jpg')
  const begun = names(search, { query: 'cat' })
  const waiting = ask(search, { query: 'cat' })
  // Both are asked before the thread can answer: no event is handled until then.
  await new Promise<void>((resolve) => process.nextTick(resolve))
  expect(search.isRunning).toBe(true)
  const closed = search[Symbol.asyncDispose]()
  await expect(waiting).rejects.toMatchObject({ code: 'Unavailable' })
  await closed
  expect(await begun).toEqual(['cat.jpg'])
  expect(search.isRunning).toBe(false)
  await expect(ask(search, {})).rejects.toMatchObject({ code: 'Unavailable' })
})

test('a database that cannot be read fails the search with a code, and the next one tries again', async () => {
  const { library, root, search } = await createSearch()
  library.add(root, 'cat.jpg')
  library.db.exec('alter table entries rename to elsewhere')
  await expect(ask(search, { query: 'cat' })).rejects.toThrow(/no such table/)
  library.db.exec('alter table elsewhere rename to entries')
  expect(await names(search, { query: 'cat' })).toEqual(['cat.jpg'])
})
