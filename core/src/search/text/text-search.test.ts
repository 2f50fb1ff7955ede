import { appendFileSync, rmSync } from 'node:fs'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { SearchInput, searchSorts, sidecarKindNumbers, sidecarStateNumbers } from '../../domain/index.ts'
import { displayName } from '../../util/file-name.ts'
import { foldName } from '../../util/fold.ts'
import type { PageEnd } from '../cursor.ts'
import { LibraryIndex } from '../library-index.ts'
import { planSearch, readWords } from '../search-plan.ts'
import { LibraryFixture } from '../test/library-fixture.ts'
import { plainSearch } from '../test/plain-search.ts'
import { addContent, indexAll, pathOf, say, speak } from '../test/texts.ts'

async function createLibrary() {
  const library = await LibraryFixture.create()
  const root = library.addLocation('/home/u/Papers')
  const index = new LibraryIndex(library.file, library.sidecars)
  onTestFinished(() => {
    index[Symbol.dispose]()
    library[Symbol.dispose]()
  })
  const search = (asked: Partial<SearchInput>) => {
    const plan = planSearch(SearchInput.parse({ content: true, ...asked }), 0)
    return index.search({ plan, locationRoots: [root], inside: null })
  }
  return { library, root, index, search }
}

test('a file is found by what it says, after those that are called so', async () => {
  const { library, root, search } = await createLibrary()
  const [scan, named, copy] = ['scan.pdf', 'invoice.txt', 'copy.pdf'].map((name) => library.add(root, name))
  const content = addContent(library, scan!, copy!)
  say(library, content, [
    { page: 1, text: 'Nothing here', source: 'layer' },
    { page: 2, title: 'Bill', text: 'The invoice\nof Acme', source: 'layer' },
  ])
  await indexAll(library)
  const { ids, total, texts } = search({ query: 'invoice' })
  expect(ids).toEqual([named, scan, copy])
  expect(total).toBe(3)
  const reason = { field: 'text', kind: 'text', page: 2, snippet: 'Bill The invoice of Acme', ranges: [[9, 16]] }
  expect([...texts]).toEqual([
    [scan, [reason]],
    [copy, [reason]],
  ])
  expect(search({ query: 'invoice', content: false }).ids).toEqual([named])
  expect(search({ query: 'bill' }).ids).toEqual([scan, copy])
  expect(search({ query: 'invoice acme' }).ids).toEqual([scan, copy])
  expect(search({ query: '"of acme"' }).ids).toEqual([scan, copy])
  expect(search({ query: '"acme of"' }).ids).toEqual([])
  expect(search({ query: 'inv' }).ids).toEqual([named, scan, copy])
  expect(search({ query: 'inv ' }).ids).toEqual([named])
  expect(search({ query: 'invoice', type: ['folder'] }).total).toBe(0)
})

test('a search by name says that the library has texts, and a search in texts counts the files that are still read', async () => {
  const { index, library, root, search } = await createLibrary()
  const [read, waiting, picture] = ['a.txt', 'b.txt', 'c.jpg'].map((name) => library.add(root, name))
  expect(search({ query: 'acme', content: false })).toMatchObject({ unsearched: [], unread: 0 })
  say(library, addContent(library, read!), 'invoice')
  await indexAll(library)
  const wait = (content: number, kind: 'ocr' | 'text' | 'thumb') =>
    library.db
      .prepare(
        `insert into sidecars(content_id, kind, variant, format, state, recipe, created_at, updated_at)
         values(?, ?, 'default', 'json', ${sidecarStateNumbers.pending}, 1, 0, 0)`,
      )
      .run(content, sidecarKindNumbers[kind])
  wait(addContent(library, waiting!), 'text')
  const content = addContent(library, picture!)
  wait(content, 'ocr')
  wait(content, 'thumb')
  expect(search({ query: 'acme', content: false })).toMatchObject({ unsearched: ['content'], unread: 0 })
  expect(search({ query: 'acme' })).toMatchObject({ unsearched: [], unread: 2 })
  expect(search({ query: 'acme', ext: ['txt'] })).toMatchObject({ unread: 1 })
  library.db.exec(`update sidecars set state = ${sidecarStateNumbers.failed} where kind = ${sidecarKindNumbers.ocr}`)
  say(library, addContent(library, library.add(root, 'd.txt')), 'not indexed yet')
  index.apply(library.takeChanges())
  expect(search({ query: 'acme' })).toMatchObject({ unread: 2 })
})

test('some words may be in the name and the others in the text', async () => {
  const { library, root, search } = await createLibrary()
  const [bill, scan, whole, inside, other] = [
    'acme-bill.pdf',
    'scan.pdf',
    'acme invoice.txt',
    'xacme.pdf',
    'acme.txt',
  ].map((name, i) => library.add(root, name, { mtime: i }))
  const content = addContent(library, bill!, scan!)
  say(library, content, 'the invoice of March')
  say(library, addContent(library, inside!), 'invoice')
  say(library, addContent(library, other!), 'March')
  await indexAll(library)
  const { ids, texts, total } = search({ query: 'acme invoice' })
  expect(ids).toEqual([whole, bill, inside])
  expect(total).toBe(3)
  expect([...texts]).toEqual([
    [bill, [{ field: 'text', kind: 'text', page: null, snippet: 'the invoice of March', ranges: [[4, 11]] }]],
    [inside, [{ field: 'text', kind: 'text', page: null, snippet: 'invoice', ranges: [[0, 7]] }]],
  ])
  expect(search({ query: 'bill march invoice' }).ids).toEqual([bill])
  expect(search({ query: 'scan invoice march' }).ids).toEqual([scan])
  expect(search({ query: '"the invoice" acme' }).ids).toEqual([bill])
  expect(search({ query: 'acme ++' }).ids).toEqual([])
  expect(search({ query: 'acme invoice april' }).ids).toEqual([])
  expect(search({ query: 'acme invoice', content: false }).ids).toEqual([whole])
  expect(search({ query: 'acme invoice', type: ['folder'] }).total).toBe(0)
})

test('alternatives may be in the name or in a text, a piece of a path too; a pattern limits both', async () => {
  const { library, root, search } = await createLibrary()
  const [bill, scan, rechnung, other] = ['bill.pdf', 'scan.pdf', 'Rechnung.txt', 'other.txt'].map((name, i) =>
    library.add(root, name, { mtime: i }),
  )
  say(library, addContent(library, bill!), 'the invoice of March')
  say(library, addContent(library, scan!), 'input and/or output of March')
  say(library, addContent(library, other!), 'April')
  await indexAll(library)
  expect(search({ query: 'invoice OR rechnung' }).ids).toEqual([rechnung, bill])
  expect(search({ query: 'invoice OR output OR april' }).ids).toEqual([other, scan, bill])
  expect(search({ query: 'march invoice OR output' }).ids).toEqual([bill, scan])
  expect(search({ query: 'march invoice OR rechnung' }).ids).toEqual([bill])
  expect(search({ query: 'and/or' }).ids).toEqual([scan])
  expect(search({ query: 'where is the invoice?' }).ids).toEqual([])
  expect(search({ query: 'of the invoice?' }).ids).toEqual([bill])
  expect(search({ query: 'papers/b' }).ids).toEqual([bill])
  expect(search({ query: 'march b*' }).ids).toEqual([bill])
  expect(search({ query: 'invoice OR rechnung', content: false }).ids).toEqual([rechnung])
  const text = { field: 'text', kind: 'text', page: null }
  expect([...search({ query: 'invoice OR rechnung' }).texts]).toEqual([
    [bill, [{ ...text, snippet: 'the invoice of March', ranges: [[4, 11]] }]],
  ])
  expect(search({ query: 'march invoice OR output' }).texts.get(scan!)).toEqual([
    {
      ...text,
      snippet: 'input and/or output of March',
      ranges: [
        [13, 19],
        [23, 28],
      ],
    },
  ])
})

test('what is in more texts than are ranked is found as it is now, the newest first', async () => {
  const { library, root, search } = await createLibrary()
  const count = 10_050
  library.db.exec('begin')
  const put = library.db.prepare('insert into texts(rowid, text) values(?, ?)')
  const ids = Array.from({ length: count }, (_, i) => {
    const id = library.add(root, `${i}.txt`, { mtime: i })
    put.run(addContent(library, id) * 16 + 4, i % 2 === 0 ? 'every even' : 'every odd')
    return id
  })
  library.db.exec('commit')
  const first = search({ query: 'every', limit: 3 })
  expect([first.ids, first.total]).toEqual([ids.slice(-3).toReversed(), count])
  expect(search({ query: 'every odd', limit: 3 }).total).toBe(count / 2)
  expect(search({ query: 'every 7', limit: 3 }).total).toBe(ids.filter((_, i) => String(i).includes('7')).length)
  library.db.prepare('update entries set content_id = null where id = ?').run(ids.at(-1)!)
  expect(search({ query: 'every', limit: 3 }).total).toBe(count - 1)
})

test('what a picture says is found with its place', async () => {
  const { library, root, search } = await createLibrary()
  const id = library.add(root, 'board.jpg')
  const words = ['Opening', 'hours'].map((text, i) => ({
    text,
    box: [0.1 + i / 2, 0.2, 0.3, 0.1] as [number, number, number, number],
    confidence: 0.9,
  }))
  const content = addContent(library, id)
  say(library, content, [{ page: 1, text: 'Opening hours', source: 'ocr', words }], 'ocr')
  say(library, content, 'hours of nothing', 'text')
  await indexAll(library)
  expect(search({ query: 'hours' }).texts.get(id)).toEqual([
    { field: 'text', kind: 'ocr', page: null, snippet: 'Opening hours', ranges: [[8, 13]], box: [0.6, 0.2, 0.3, 0.1] },
    { field: 'text', kind: 'text', page: null, snippet: 'hours of nothing', ranges: [[0, 5]] },
  ])
  expect(search({ query: 'hours' }).total).toBe(1)
})

test('what a scan of several pages says is found with the number of its page', async () => {
  const { library, root, search } = await createLibrary()
  const id = library.add(root, 'scan.pdf')
  // Pages 2 and 3 have no text, so they are left out.
  const pages = [
    { page: 1, text: 'Opening hours', source: 'ocr' as const },
    { page: 4, text: 'Closed on Sunday', source: 'ocr' as const },
  ]
  say(library, addContent(library, id), pages, 'ocr')
  await indexAll(library)
  expect(search({ query: 'sunday' }).texts.get(id)).toMatchObject([
    { field: 'text', kind: 'ocr', page: 4, snippet: 'Closed on Sunday' },
  ])
})

test('what is said in a recording is found with its time', async () => {
  const { library, root, search } = await createLibrary()
  const id = library.add(root, 'meeting.m4a')
  speak(library, addContent(library, id), [
    { startMs: 0, endMs: 2_000, text: 'Good morning\neverybody' },
    { startMs: 61_500, endMs: 64_000, text: 'the plumber comes' },
    { startMs: 64_000, endMs: 66_000, text: 'on Thursday' },
  ])
  await indexAll(library)
  const snippet = 'Good morning everybody the plumber comes on Thursday'
  expect(search({ query: 'plumber' }).texts.get(id)).toMatchObject([
    { kind: 'transcript', page: null, timeMs: 61_500, snippet },
  ])
  expect(search({ query: 'everybody' }).texts.get(id)).toMatchObject([{ timeMs: 0 }])
  expect(search({ query: '"comes on thursday"' }).texts.get(id)).toMatchObject([{ timeMs: 61_500 }])
  expect(search({ query: 'thursday' }).texts.get(id)).toMatchObject([{ timeMs: 64_000 }])
})

test('what is made again is found by what it says now, and what is removed not at all', async () => {
  const { library, root, search } = await createLibrary()
  const id = library.add(root, 'a.pdf')
  const content = addContent(library, id)
  say(library, content, 'old words')
  await indexAll(library)
  expect(await indexAll(library)).toEqual({ indexed: 0, missing: 0 })
  say(library, content, 'new words')
  expect(await indexAll(library)).toEqual({ indexed: 1, missing: 0 })
  expect(search({ query: 'old' }).total).toBe(0)
  expect(search({ query: 'new words' }).total).toBe(1)
  library.db.prepare('delete from sidecars').run()
  expect(search({ query: 'words' }).total).toBe(0)
  expect(library.db.prepare('select count(*) as n from texts_docsize').get()).toEqual({ n: 0 })
})

test('a check finds what the index has lost, and what it should not have', async () => {
  const { library, root, search } = await createLibrary()
  const id = library.add(root, 'a.pdf')
  say(library, addContent(library, id), 'some words')
  await indexAll(library)
  library.db.exec("delete from texts; insert into texts(rowid, text) values(9999, 'some ghost')")
  expect(await indexAll(library)).toEqual({ indexed: 0, missing: 0 })
  expect(await indexAll(library, { check: true })).toEqual({ indexed: 1, missing: 0 })
  expect(search({ query: 'some' }).ids).toEqual([id])
  expect(library.db.prepare('select count(*) as n from texts_docsize').get()).toEqual({ n: 1 })
})

test('a text whose file is gone is found, and cannot be shown', async () => {
  const { library, root, search } = await createLibrary()
  const id = library.add(root, 'a.pdf')
  const content = addContent(library, id)
  say(library, content, 'some words')
  await indexAll(library)
  rmSync(pathOf(library, content))
  expect(search({ query: 'some' }).texts.get(id)).toEqual([
    { field: 'text', kind: 'text', page: null, snippet: '', ranges: [] },
  ])
  say(library, content, 'other words')
  rmSync(pathOf(library, content))
  expect(await indexAll(library)).toEqual({ indexed: 0, missing: 1 })
})

test('a file that is larger than its row says is not opened to show it', async () => {
  const { library, root, search } = await createLibrary()
  const id = library.add(root, 'a.pdf')
  const content = addContent(library, id)
  say(library, content, 'some words')
  await indexAll(library)
  const snippets = () =>
    search({ query: 'some' })
      .texts.get(id)!
      .map((why) => 'snippet' in why && why.snippet)
  expect(snippets()).toEqual(['some words'])
  appendFileSync(pathOf(library, content), Buffer.alloc(32 * 2 ** 20, ' '))
  expect(snippets()).toEqual([''])
})

test('indexing that is cancelled goes on where it was', async () => {
  const { library, root, search } = await createLibrary()
  const id = library.add(root, 'a.pdf')
  say(library, addContent(library, id), 'some words')
  await expect(indexAll(library, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
  await indexAll(library)
  expect(search({ query: 'some' }).ids).toEqual([id])
})

const word = fc.constantFrom(
  'acme',
  'Acme',
  'invoice',
  'in',
  'café',
  'CAFE',
  'ﬁn',
  'fin',
  'it’s',
  'C++',
  '東京',
  '京',
  '10',
  '1',
  'straße',
  'йод',
  'ёж',
)
const text = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ', ', '\n', '-', '…', '_')), { maxLength: 8 })
  .map((parts) => parts.flat().join(''))
const anyQuery = fc.oneof(
  fc
    .array(
      fc.oneof(
        word,
        fc.tuple(word, word).map(([a, b]) => `"${a} ${b}"`),
      ),
      { minLength: 1, maxLength: 3 },
    )
    .map((parts) => parts.join(' ')),
  fc.tuple(word, fc.constantFrom(' ', '"', '')).map((parts) => parts.join('')),
  fc.string({ maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('"', '*', '(', ')', ':', '^', '-', '+', ' ', 'a', 'c', 'OR', 'NEAR', 'text', '\0'),
    maxLength: 8,
  }),
)
/** Queries of words alone. */
const query = anyQuery.filter((asked) => readWords(asked).groups.length === 0)

/** Texts as one would search them: every text cut into words, every place of them tried. */
function says(source: string, asked: string): boolean {
  const tokensOf = (of: string) =>
    foldName(of.replaceAll('\0', ' ')).match(/[\u4e00-\u9fff]|(?:(?![\u4e00-\u9fff])[\p{L}\p{M}\p{N}])+/gu) ?? []
  const tokens = tokensOf(source)
  const parts = [...asked.replaceAll('\0', ' ').matchAll(/"([^"]*)("|$)|[^\s"]+/g)].map((match) => ({
    wanted: tokensOf(match[1] ?? match[0]),
    open: match[2] !== '"' && match.index + match[0].length === asked.length,
  }))
  const spoken = parts.filter(({ wanted }) => wanted.length > 0)
  if (spoken.length === 0) return false
  return spoken.every(({ wanted, open }) =>
    tokens.some((_, at) =>
      wanted.every((each, i) => {
        const token = tokens[at + i]
        const mayGoOn = open && i === wanted.length - 1 && each.length >= 2
        return token === each || (mayGoOn && token?.startsWith(each))
      }),
    ),
  )
}

/** A word in the name for some, and all others in the text. */
function mixes(name: string, source: string, asked: string): boolean {
  const plan = planSearch(SearchInput.parse({ query: asked, content: true }), 0)
  const rest = plan.parts.filter(({ word: each }) => !foldName(name).includes(each))
  if (rest.length === 0 || rest.length === plan.parts.length) return false
  return rest.every(({ phrase, word: each }) => {
    if (!phrase) return false
    const isOpen = phrase.prefix || (foldName(asked).endsWith(each) && !/["\s]$/.test(asked))
    return says(source, `"${each}${isOpen ? '' : '"'}`)
  })
}

const inOrderOf = (all: readonly number[], some: readonly number[]) => all.filter((id) => some.includes(id))

test('random texts are found as a plain search finds them, on all pages, by any order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ name: word, text, copies: fc.integer({ min: 1, max: 2 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      fc.array(fc.record({ query, sort: fc.constantFrom(...searchSorts), limit: fc.integer({ min: 1, max: 5 }) }), {
        minLength: 1,
        maxLength: 12,
      }),
      async (files, searches) => {
        using library = await LibraryFixture.create()
        const root = library.addLocation('/home/u/Papers')
        const textOf = new Map<number, string>()
        for (const [i, file] of files.entries()) {
          const ids = Array.from({ length: file.copies }, (_, copy) =>
            library.add(root, `${i}${copy}${file.name}.txt`, { mtime: i }),
          )
          say(library, addContent(library, ...ids), file.text)
          for (const id of ids) textOf.set(id, file.text)
        }
        await indexAll(library)
        const namesOf = new Map(library.rows().map((row) => [row.id, displayName(row.name)]))
        using index = new LibraryIndex(library.file, library.sidecars)
        for (const { query: asked, sort, limit } of searches) {
          const input = SearchInput.parse({ query: asked, content: true, sort, limit, hidden: true })
          const plan = planSearch(input, 0)
          const ids: number[] = []
          let total = 0
          for (let after: PageEnd | null = null; ;) {
            const page = index.search({ plan: { ...plan, after }, locationRoots: [root], inside: null })
            ids.push(...page.ids)
            total = page.total
            for (const [id, reasons] of page.texts) {
              expect(says(textOf.get(id)!, asked) || mixes(namesOf.get(id)!, textOf.get(id)!, asked)).toBe(true)
              for (const { ranges } of reasons) expect(ranges.length).toBeGreaterThan(0)
            }
            after = page.end
            if (!after) break
          }
          const everywhere = { rows: library.rows(), roots: new Set([root]), inside: null }
          const byName = plainSearch(input, everywhere)
          const all = plainSearch({ ...input, query: '' }, everywhere)
          const isMixed = (id: number) => mixes(namesOf.get(id)!, textOf.get(id) ?? '', asked)
          const found = all.filter((id) => byName.includes(id) || says(textOf.get(id) ?? '', asked) || isMixed(id))
          expect({ asked, total }).toEqual({ asked, total: found.length })
          // By relevance names come first; how texts are ranked among themselves is not looked at here.
          const isRanked = plan.sort === 'relevance'
          const shown = isRanked ? [...ids.slice(0, byName.length), ...inOrderOf(all, ids.slice(byName.length))] : ids
          const expected = isRanked ? [...byName, ...found.filter((id) => !byName.includes(id))] : found
          expect({ asked, sort, shown }).toEqual({ asked, sort, shown: expected })
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('random alternatives, patterns and pieces of paths are found as one would look for them by hand', async () => {
  const plain = word.filter((each) => /^[\p{L}\p{N}]+$/u.test(each))
  const term = fc.oneof(
    { weight: 3, arbitrary: plain },
    plain.map((each) => `*${each}*`),
    fc.tuple(fc.constantFrom('papers', 'u', 'acme', '7'), plain).map((parts) => parts.join('/')),
  )
  const group = fc.array(term, { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ name: word, text }), { minLength: 1, maxLength: 10 }),
      fc.array(fc.array(group, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 10 }),
      async (files, searches) => {
        using library = await LibraryFixture.create()
        const root = library.addLocation('/home/u/Papers')
        const entries = files.map((file, i) => {
          const id = library.add(root, `${file.name}${i}.txt`, { mtime: i })
          say(library, addContent(library, id), file.text)
          return { id, name: foldName(`${file.name}${i}.txt`), text: file.text }
        })
        await indexAll(library)
        using index = new LibraryIndex(library.file, library.sidecars)
        for (const groups of searches) {
          // The space at the end ends the last word.
          const asked = `${groups.map((terms) => terms.join(' OR ')).join(' ')} `
          const matches = ({ name, text: said }: (typeof entries)[number], each: string) => {
            const folded = foldName(each)
            if (folded.startsWith('*')) return name.includes(folded.slice(1, -1))
            return (
              `/home/u/papers/${name}`.slice(folded.includes('/') ? 0 : 15).includes(folded) || says(said, `"${each}"`)
            )
          }
          const expected = entries.filter((entry) =>
            groups.every((terms) => terms.some((each) => matches(entry, each))),
          )
          const plan = planSearch(SearchInput.parse({ query: asked, content: true }), 0)
          const above = new Map([[root, '/home/u']])
          const { ids, texts } = index.search({ plan, locationRoots: [root], above, inside: null })
          expect({ asked, ids: ids.toSorted((a, b) => a - b) }).toEqual({ asked, ids: expected.map(({ id }) => id) })
          for (const reasons of texts.values())
            for (const { ranges } of reasons) expect(ranges.length).toBeGreaterThan(0)
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('a text the index has lost is put into it also while its sidecar waits to be made again', async () => {
  const { library, root, search } = await createLibrary()
  const scan = library.add(root, 'scan.pdf')
  say(library, addContent(library, scan), 'the old text')
  library.db.exec(`update sidecars set state = ${sidecarStateNumbers.pending}`)
  await indexAll(library)
  expect(search({ query: 'old text' }).ids).toEqual([scan])
})
