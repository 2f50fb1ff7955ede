import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileTypes, SearchInput, searchSorts } from '../domain/index.ts'
import { LibraryIndex } from './library-index.ts'
import type { PageEnd } from './cursor.ts'
import { planSearch } from './search-plan.ts'
import { LibraryFixture } from './test/library-fixture.ts'
import { plainSearch } from './test/plain-search.ts'

type Asked = Partial<SearchInput>

interface Answer {
  readonly ids: number[]
  readonly total: number
}

/** All pages of the answer of the index. */
function found(library: LibraryFixture, index: LibraryIndex, asked: Asked, inside: number[] | null = null): Answer {
  const plan = planSearch(SearchInput.parse({ limit: 1_000, ...asked }), 0)
  const locationRoots = library.locations.map((location) => location.directoryId)
  const ids: number[] = []
  for (let after: PageEnd | null = null; ;) {
    const page = index.search({ plan: { ...plan, after }, locationRoots, above: above(library), inside })
    ids.push(...page.ids)
    after = page.end
    if (!after) return { ids, total: page.total }
  }
}

function above({ locations }: LibraryFixture): Map<number, string> {
  return new Map(locations.map(({ directoryId, path }) => [directoryId, path.slice(0, path.lastIndexOf('/'))]))
}

function foundPlainly(library: LibraryFixture, asked: Asked, inside: number[] | null = null): Answer {
  const roots = new Set(library.locations.map((location) => location.directoryId))
  const ids = plainSearch(SearchInput.parse(asked), {
    rows: library.rows(),
    roots,
    inside: inside && new Set(inside),
    above: above(library),
  })
  return { ids, total: ids.length }
}

const word = fc.constantFrom(
  'foto',
  'Foto',
  'fo',
  'o',
  'to',
  'Übung',
  'übung',
  'Ü',
  '10',
  '9',
  '010',
  'straße',
  'SS',
  'ﬁ',
  'x',
  'hidden',
)
const joiner = fc.constantFrom('', ' ', '_', '-', '.', '..')
const name = fc.oneof(
  fc.tuple(word, joiner, word, fc.constantFrom('', '.jpg', '.JPG', '.txt')).map((parts) => parts.join('')),
  fc.tuple(fc.constant('.'), word).map((parts) => parts.join('')),
  fc
    .uint8Array({ minLength: 1, maxLength: 6 })
    .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0xfe : byte)))),
)
const rawName = name.map((value) =>
  typeof value === 'string'
    ? value
    : Buffer.from(value).toString('utf8').includes('\ufffd')
      ? Uint8Array.from(value)
      : Buffer.from(value).toString('utf8'),
)
const pick = fc.nat({ max: 1_000 })
const facts = fc.record({
  kind: fc.constantFrom('file', 'file', 'file', 'directory', 'symlink', 'other'),
  type: fc.constantFrom(...fileTypes.slice(0, 4)),
  size: fc.nat({ max: 5 }),
  mtime: fc.nat({ max: 5 }),
} as const)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), at: pick, name: rawName, facts }) },
  fc.record({ do: fc.constant('rename' as const), at: pick, name: rawName }),
  fc.record({ do: fc.constant('modify' as const), at: pick, size: fc.nat({ max: 5 }), mtime: fc.nat({ max: 5 }) }),
  fc.record({ do: fc.constant('move' as const), at: pick, to: pick }),
  fc.record({ do: fc.constant('remove' as const), at: pick }),
  fc.record({ do: fc.constant('tell' as const) }),
)
/** Patterns, pieces of paths, and alternatives, as users type them. */
const special = fc.oneof(
  fc
    .array(fc.oneof(word, fc.constantFrom('*', '?', '.jpg')), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('')),
  fc
    .array(fc.oneof(word, fc.constantFrom('*', '**', '', 'f*', '.hidden', 'home')), { minLength: 2, maxLength: 4 })
    .map((parts) => parts.join('/')),
  fc.tuple(word, word).map((words) => words.join(' OR ')),
  fc.constantFrom('OR', '"*o"', '"o/f"', '/home/Foto', 'o/', '/', '*.jpg OR *.txt', 'foto OR x/ OR ?'),
)
const anyQuery: fc.Arbitrary<Asked> = fc.record(
  {
    query: fc.oneof(
      fc.constant(''),
      fc.tuple(fc.constantFrom('', 'o ', '"f'), special).map((parts) => parts.join('')),
      fc.array(special, { minLength: 1, maxLength: 2 }).map((parts) => parts.join(' ')),
      fc
        .array(fc.oneof(word, fc.constantFrom('"o_f"', '.', 'f', '\ufffd')), { minLength: 1, maxLength: 3 })
        .map((words) => words.join(' ')),
    ),
    type: fc
      .subarray(['image', 'unknown', 'folder', 'symlink', 'file'] as const, { maxLength: 2 })
      .map((types) => [...types]),
    ext: fc.subarray(['jpg', '.TXT', 'none'], { maxLength: 2 }),
    size: fc.constantFrom('>2', '1..3', '0'),
    modified: fc.constant('1970-01-01T00:00:00Z'),
    hidden: fc.boolean(),
    sort: fc.constantFrom(...searchSorts),
    limit: fc.constantFrom(1, 2, 3, 7, 1_000),
  },
  { requiredKeys: ['query'] },
)

test('after any changes the index finds what a plain search of the rows finds, page by page', async () => {
  using library = await LibraryFixture.create()
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60, size: 'max' }),
      fc.array(fc.tuple(anyQuery, fc.boolean()), { minLength: 5, maxLength: 10 }),
      async (steps, queries) => {
        library.db.exec('delete from entries; delete from extensions')
        library.locations.length = 0
        const outer = library.addLocation('/home/Foto')
        const inner = library.addLocation('/home/Foto/.hidden', outer)
        using index = new LibraryIndex(library.file, library.sidecars)
        expect(found(library, index, {})).toEqual(foundPlainly(library, {}))
        for (const each of steps) {
          const rows = library.rows().filter((row) => row.id !== outer && row.id !== inner)
          const row = rows[each.do === 'tell' ? 0 : each.at % Math.max(1, rows.length)]
          const folders = [outer, inner, ...rows.filter(({ kind }) => kind === 'directory').map(({ id }) => id)]
          if (each.do === 'add') library.add(folders[each.at % folders.length]!, each.name, each.facts)
          else if (each.do === 'tell') index.apply(library.takeChanges())
          else if (!row) continue
          else if (each.do === 'rename') library.rename(row.id, each.name)
          else if (each.do === 'modify') library.modify(row.id, each.size, each.mtime)
          else if (each.do === 'remove') library.remove(row.id)
          else if (row.kind !== 'directory') library.move(row.id, folders[each.to % folders.length]!)
        }
        const changes = library.takeChanges()
        index.apply(changes)
        index.apply(changes)
        for (const [asked, onlyInner] of queries) {
          const inside = onlyInner ? [inner] : null
          expect(found(library, index, asked, inside)).toEqual(foundPlainly(library, asked, inside))
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('a folder that moves takes along what is in it, in and out of a location and of hiding', async () => {
  using library = await LibraryFixture.create()
  const root = library.addLocation('/home/u')
  const other = library.addLocation('/mnt/disk')
  const hidden = library.add(root, '.cache', { kind: 'directory' })
  const folder = library.add(root, 'deep', { kind: 'directory' })
  library.add(library.add(folder, 'er', { kind: 'directory' }), 'treasure.txt')
  using index = new LibraryIndex(library.file, library.sidecars)
  expect(found(library, index, { query: 'treasure' }, [root]).total).toBe(1)

  library.move(folder, hidden)
  index.apply(library.takeChanges())
  expect(found(library, index, { query: 'treasure' }).total).toBe(0)
  expect(found(library, index, { query: 'treasure', hidden: true }).total).toBe(1)

  library.move(folder, other)
  index.apply(library.takeChanges())
  expect(found(library, index, { query: 'treasure' }, [root]).total).toBe(0)
  expect(found(library, index, { query: 'treasure' }, [other]).total).toBe(1)
})

test('entries known for a moment as lying in one another are found all the same', async () => {
  using library = await LibraryFixture.create()
  const root = library.addLocation('/home/u')
  const a = library.add(root, 'a', { kind: 'directory' })
  const b = library.add(a, 'b', { kind: 'directory' })
  library.add(b, 'needle')
  using index = new LibraryIndex(library.file, library.sidecars)
  expect(found(library, index, { query: 'needle' })).toEqual(foundPlainly(library, { query: 'needle' }))
  library.move(b, root)
  const first = library.takeChanges()
  library.move(a, b)
  index.apply(library.takeChanges())
  expect(found(library, index, { query: 'needle' }).total).toBe(1)
  index.apply(first)
  expect(found(library, index, { query: 'needle' })).toEqual(foundPlainly(library, { query: 'needle' }))
})

test('after a great many changes the index is built anew, and is right', async () => {
  using library = await LibraryFixture.create()
  const root = library.addLocation('/home/u')
  library.db.exec('begin')
  const ids = Array.from({ length: 12_000 }, (_, i) => library.add(root, `file ${i % 100} ${i}.txt`, { size: i % 7 }))
  library.db.exec('commit')
  using index = new LibraryIndex(library.file, library.sidecars)
  expect(found(library, index, { query: 'file 42', limit: 100 })).toEqual(
    foundPlainly(library, { query: 'file 42', limit: 100 }),
  )
  library.db.exec('begin')
  for (const id of ids.slice(0, 5_000)) library.rename(id, `renamed ${id}.txt`)
  for (const id of ids.slice(5_000, 10_000)) library.remove(id)
  library.db.exec('commit')
  index.apply(library.takeChanges())
  for (const asked of [{ query: 'file 42' }, { query: 'renamed 7' }, { query: 'e' }, { size: '>5' }])
    expect(found(library, index, asked)).toEqual(foundPlainly(library, asked))
  library.rename(ids[11_000]!, 'once more')
  index.apply(library.takeChanges())
  expect(found(library, index, { query: 'once more' })).toEqual(foundPlainly(library, { query: 'once more' }))
})

test.each([
  ['holidy', ['holiday photos.jpg'], ['holiday']],
  ['hoilday', ['holiday photos.jpg'], ['holiday']],
  ['holliday phots', ['holiday photos.jpg'], ['holiday photos']],
  ['reprot', ['annual-report.pdf', 'airport.png'], ['report']],
  ['invoise', ['invoices 2024.pdf', 'invoice.pdf'], ['invoice', 'invoices']],
  ['ubong', ['Übung.txt'], ['ubung']],
  ['cta', ['cat.jpg', 'dog.jpg'], ['cat']],
  ['zzzzzz', ['cat.jpg'], []],
  ['cat dog', ['cat.jpg', 'dog.jpg'], []],
])('%s is taken for a slip of the fingers', async (query, names, suggestions) => {
  using library = await LibraryFixture.create()
  const root = library.addLocation('/home/u')
  for (const each of names) library.add(root, each)
  using index = new LibraryIndex(library.file, library.sidecars, { suggestionMs: Infinity })
  const answer = index.search({
    plan: planSearch(SearchInput.parse({ query }), 0),
    locationRoots: [root],
    inside: null,
  })
  expect(answer).toEqual({
    ids: [],
    total: 0,
    end: null,
    suggestions,
    texts: new Map(),
    weaker: 0,
    isWhole: true,
    notices: [],
    unsearched: [],
    unread: 0,
  })
})
