import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { expect, test, vi } from 'vitest'
import { SearchInput, sidecarKindNumbers } from '../src/domain/index.ts'
import { parseEmbeddedChunks } from '../src/sidecars/formats/embedding-sidecar.ts'
import { parseVectors } from '../src/sidecars/formats/vector-file.ts'
import { type EmbeddingServer, startEmbeddingServer } from '../testing/embedding-server.ts'
import { createTestCore, type TestCore } from '../testing/index.ts'

const { signal } = new AbortController()

const letter = 'The plumber comes on Thursday to look at the kitchen.'
const bill = 'You owe the shop forty euros. Please send the payment soon.'
const sea = 'We spent the summer at the sea, in the sand and the sun.'

/** A library whose texts a server turns into vectors. */
async function libraryWithModel(server: EmbeddingServer): Promise<TestCore> {
  const t = await createTestCore({ generators: undefined })
  await t.core.config.set('sidecars.thumb', 'off')
  await t.core.config.set('sidecars.ocr', 'off')
  await t.core.config.set('embeddings.model', 'toy')
  await t.core.config.set('embeddings.url', server.url)
  return t
}

async function libraryOfLetters(server: EmbeddingServer): Promise<TestCore> {
  const t = await libraryWithModel(server)
  t.write('letters/monday.txt', letter)
  t.write('letters/copy of monday.txt', letter)
  t.write('shop.md', bill)
  t.write('diary.txt', sea)
  t.write(
    'IMG_0001.jpg',
    await sharp({ create: { width: 9, height: 9, channels: 3, background: '#888' } })
      .jpeg()
      .toBuffer(),
  )
  await t.add({ mode: 'content' })
  await t.settle()
  return t
}

const ask = (t: TestCore, query: string, more: Partial<SearchInput> = {}) =>
  t.library.search.search(SearchInput.parse({ query, semantic: true, ...more }), signal)

async function near(t: TestCore, query: string, more: Partial<SearchInput> = {}): Promise<string[]> {
  return (await ask(t, query, more)).items.map(({ name }) => name)
}

async function embeddings(t: TestCore, path: string) {
  const contentId = await t.library.files.contentOf(t.path(path), signal)
  const items = await t.library.sidecars.views.list(contentId)
  return { contentId, items: items.filter(({ kind }) => kind === 'embeddings') }
}

test('source code and settings are found by their words, and get no vectors', async () => {
  await using server = await startEmbeddingServer()
  await using t = await libraryWithModel(server)
  t.write('tap.ts', `// ${letter}`)
  t.write('tap.json', JSON.stringify({ letter }))
  t.write('tap.md', letter)
  await t.add({ mode: 'content' })
  await t.settle()
  expect(await near(t, 'who mends a leaking tap')).toEqual(['tap.md'])
  expect((await near(t, 'plumber', { semantic: false, content: true })).toSorted()).toEqual([
    'tap.json',
    'tap.md',
    'tap.ts',
  ])
  for (const name of ['tap.ts', 'tap.json']) expect((await embeddings(t, name)).items).toEqual([])
})

test('a search by meaning finds texts with other words, and says why', async () => {
  await using server = await startEmbeddingServer()
  await using t = await libraryOfLetters(server)
  const { items, total, totalIsExact, notices } = await ask(t, 'who mends a leaking tap')
  expect(items.map(({ name }) => name).toSorted()).toEqual(['copy of monday.txt', 'monday.txt'])
  expect({ total, totalIsExact, notices }).toEqual({ total: 2, totalIsExact: true, notices: undefined })
  expect(items[0]!.why).toEqual([
    { field: 'semantic', kind: 'text', similarity: expect.any(Number), page: null, snippet: letter, ranges: [] },
  ])
  expect(await near(t, 'what does it cost, the bill')).toEqual(['shop.md'])
  expect(await near(t, 'vacation')).toEqual(['diary.txt'])
  expect(await near(t, 'vacation', { ext: ['md'] })).toEqual([])
  expect(await near(t, 'vacation', { semantic: false, content: true })).toEqual([])
  // Both by words and by meaning: it comes first, and is there once.
  const both = await ask(t, 'plumber thursday')
  expect(both.items.map(({ why }) => why.map(({ field }) => field))).toEqual([
    ['text', 'semantic'],
    ['text', 'semantic'],
  ])
  // The pages are those of the whole.
  const first = await ask(t, 'leaking tap', { limit: 1 })
  const second = await ask(t, 'leaking tap', { limit: 1, cursor: first.cursor! })
  expect([first, second].flatMap((page) => page.items.map(({ name }) => name)).toSorted()).toEqual([
    'copy of monday.txt',
    'monday.txt',
  ])
  expect(second.cursor).toBeNull()
  expect(await near(t, 'leaking tap', { sort: 'name' })).toEqual(['copy of monday.txt', 'monday.txt'])
})

test('weak matches by meaning are counted, and shown on request', async () => {
  await using server = await startEmbeddingServer()
  await using t = await libraryOfLetters(server)
  // About four things at once, so its similarity to each is 0.5; that of the letter to the question is 0.73.
  t.write('mixed.txt', 'plumber payment beach kitten')
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  const strict = await ask(t, 'leaking tap')
  expect([strict.items.map(({ name }) => name).toSorted(), strict.total, strict.weaker]).toEqual([
    ['copy of monday.txt', 'monday.txt'],
    2,
    1,
  ])
  const ordered = await ask(t, 'leaking tap', { sort: 'name' })
  expect([ordered.items.map(({ name }) => name), ordered.total, ordered.weaker]).toEqual([
    ['copy of monday.txt', 'monday.txt'],
    2,
    1,
  ])
  for (const sort of ['relevance', 'name'] as const) {
    const weak = await ask(t, 'leaking tap', { weak: true, sort })
    expect(weak.items.map(({ name }) => name).toSorted()).toEqual(['copy of monday.txt', 'mixed.txt', 'monday.txt'])
    expect([weak.total, weak.weaker]).toEqual([3, undefined])
  }
  // Who matches by words is shown anyway.
  const byName = await ask(t, 'mixed leaking tap')
  expect(byName.weaker).toBe(byName.items.some(({ name }) => name === 'mixed.txt') ? undefined : 1)
})

test('a file of text has a vector for each piece of it, and a picture without text has none', async () => {
  await using server = await startEmbeddingServer()
  await using t = await libraryOfLetters(server)
  const { items } = await embeddings(t, 'diary.txt')
  expect(items.map(({ variant, format, state, engine }) => ({ variant, format, state, engine }))).toEqual([
    { variant: 'toy', format: 'json', state: 'ready', engine: { name: 'openai-compatible', version: 'toy' } },
    { variant: 'toy', format: 'f32', state: 'ready', engine: { name: 'openai-compatible', version: 'toy' } },
  ])
  const [json, file] = await Promise.all(items.map(({ path }) => readFile(path!)))
  expect(parseEmbeddedChunks(json!.toString())).toEqual([
    { source: 'text', page: null, text: sea },
    { source: 'name', page: null, text: 'diary' },
  ])
  expect(parseVectors(file!).header).toEqual({ dimensions: 64, count: 2, names: 1 })
  expect((await embeddings(t, 'IMG_0001.jpg')).items).toEqual([])
  const { contentId } = await embeddings(t, 'diary.txt')
  expect([...(await t.library.sidecars.views.presence([contentId], 'embeddings')).values()]).toEqual([['toy']])
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
})

test('without a model it says how to get one; without vectors it searches words, and says so', async () => {
  await using server = await startEmbeddingServer()
  await using t = await createTestCore({ generators: undefined })
  await t.core.config.set('embeddings.builtIn', 'false')
  await t.core.config.set('sidecars.thumb', 'off')
  t.write('plumber.txt', letter)
  await t.add({ mode: 'content' })
  await t.settle()
  await expect(ask(t, 'plumber')).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining('spacedrive config set embeddings.builtIn true'),
  })
  expect((await embeddings(t, 'plumber.txt')).items).toEqual([])
  await t.core.config.set('sidecars.embeddings', 'off')
  await t.core.config.set('embeddings.url', server.url)
  await t.core.config.set('embeddings.model', 'toy')
  const { items, notices } = await ask(t, 'plumber')
  expect(items.map(({ name }) => name)).toEqual(['plumber.txt'])
  expect(notices).toEqual([expect.stringContaining('nothing here was read by the model toy yet')])
  await expect(ask(t, '  ')).rejects.toMatchObject({ code: 'InvalidInput' })
})

test('changed, renamed and removed files are not found by their old state', async () => {
  await using server = await startEmbeddingServer()
  await using t = await libraryOfLetters(server)
  t.write('letters/kitten.txt', sea)
  t.remove('letters/copy of monday.txt')
  t.move('diary.txt', 'old.txt')
  t.write('letters/monday.txt', bill)
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  expect(await near(t, 'plumber')).toEqual([])
  expect(await near(t, 'vacation')).toEqual(expect.arrayContaining(['kitten.txt', 'old.txt']))
  expect(await near(t, 'price', { sort: 'name' })).toEqual(['monday.txt', 'shop.md'])
  await t.library.sidecars.upkeep.cleanup({ dryRun: false }, signal)
  const vectors = t.library.store.connection.prepare('select count(*) as files from vectors').get()
  expect(vectors).toEqual({ files: 2 })
})

test('a name counts for the file that is called so, as long as it is', async () => {
  await using server = await startEmbeddingServer()
  await using t = await libraryWithModel(server)
  t.write('kitten.txt', 'nothing of that sort')
  t.write('far.txt', `A puppy is one word among ${'abcdefghijklmnopqrstuvwxyz'.replaceAll(/./g, '$&$&$& ')}`)
  await t.add({ mode: 'content' })
  await t.settle()
  expect(await near(t, 'my dog')).toEqual(['kitten.txt'])
  expect((await ask(t, 'my dog')).items[0]!.why).toMatchObject([{ field: 'semantic', kind: 'name', snippet: 'kitten' }])
  t.move('kitten.txt', 'something.txt')
  await t.library.locations.rescan({ location: t.root, force: false })
  await t.settle()
  // What it was called does not keep out what is less near.
  expect(await near(t, 'my dog')).toEqual(['far.txt'])
})

test('vectors are regenerated together with their text', async () => {
  await using server = await startEmbeddingServer()
  await using t = await libraryOfLetters(server)
  const { contentId, items } = await embeddings(t, 'shop.md')
  expect(items.map(({ attempts }) => attempts)).toEqual([1, 1])
  await t.library.sidecars.queue.regenerate(contentId, { kind: 'text' })
  await t.settle()
  expect((await embeddings(t, 'shop.md')).items.map(({ attempts, state }) => [attempts, state])).toEqual([
    [2, 'ready'],
    [2, 'ready'],
  ])
  expect((await embeddings(t, 'diary.txt')).items.map(({ attempts }) => attempts)).toEqual([1, 1])
  // A crash between the two is found by the next look.
  await t.library.store.write(async ({ db }) => {
    const kind = sidecarKindNumbers.embeddings
    await db.updateTable('sidecars').set({ updated_at: 1 }).where('kind', '=', kind).execute()
  })
  await t.library.locations.rescan({ location: t.root, force: true })
  await t.settle()
  expect((await embeddings(t, 'diary.txt')).items.map(({ attempts }) => attempts)).toEqual([2, 2])
  expect(await near(t, 'price')).toEqual(['shop.md'])
})

test('vectors the index has lost are found again after a reconcile', async () => {
  await using server = await startEmbeddingServer()
  await using t = await libraryOfLetters(server)
  await t.library.store.write(async ({ db }) => void (await db.deleteFrom('vectors' as never).execute()))
  expect(await near(t, 'vacation')).toEqual([])
  await t.library.sidecars.upkeep.reconcile(signal)
  expect(await near(t, 'vacation')).toEqual(['diary.txt'])
})

test('another model makes vectors of its own; those of the one before stay until they are cleaned up', async () => {
  await using server = await startEmbeddingServer()
  await using t = await libraryOfLetters(server)
  await t.core.config.set('embeddings.model', 'org/other:latest')
  const variants = async () => (await embeddings(t, 'shop.md')).items.map(({ variant, state }) => `${variant} ${state}`)
  // The rows are there before the job that makes them.
  await vi.waitFor(async () =>
    expect(await variants()).toEqual(['toy ready', 'toy ready', 'other-latest ready', 'other-latest ready']),
  )
  await t.settle()
  expect(await near(t, 'price')).toEqual(['shop.md'])
  // Text that is read anew is not given to a model that is not set any more.
  await t.library.sidecars.queue.regenerate((await embeddings(t, 'shop.md')).contentId, { kind: 'text' })
  await t.settle()
  expect((await embeddings(t, 'shop.md')).items.map(({ attempts }) => attempts)).toEqual([1, 1, 2, 2])
  await t.library.sidecars.upkeep.cleanup({ dryRun: false, olderThanMs: -1_000 }, signal)
  expect(await variants()).toEqual(['other-latest ready', 'other-latest ready'])
  expect((await t.library.sidecars.upkeep.verify(signal)).problems).toEqual([])
})

test('a server that is away is waited for, and what it does not answer is no fault of a file', async () => {
  await using server = await startEmbeddingServer()
  server.answer = (_, response) => {
    response.statusCode = 500
    response.end(JSON.stringify({ error: 'the model is being loaded' }))
  }
  await using t = await libraryOfLetters(server)
  const states = async () => (await embeddings(t, 'shop.md')).items.map(({ state, attempts }) => `${state} ${attempts}`)
  expect(await states()).toEqual(['pending 0', 'pending 0'])
  expect(t.library.sidecars.runner.held).toMatchObject([
    { kind: 'embeddings', code: 'Offline', reason: expect.stringContaining('the model is being loaded') },
  ])
  await expect(ask(t, 'price')).rejects.toMatchObject({ code: 'Offline' })
  server.answer = null
  await t.library.sidecars.runner.resume()
  await t.settle()
  expect(await states()).toEqual(['ready 1', 'ready 1'])
  expect(await near(t, 'price')).toEqual(['shop.md'])
})
