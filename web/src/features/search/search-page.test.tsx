// @vitest-environment happy-dom
import { openPage, type TestPage, toastOf } from '../../../testing/page.tsx'
import type { OutputOf } from '@spacedrive/client'
import type { SearchItem } from '@spacedrive/core/domain'
import { act, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aFile, aFolder, aLocation, anInfo, aResult, aThumb, contentId, locationId } from '../../../testing/things.ts'
import { useRecentSearches } from './recent-searches.ts'

type Found = OutputOf<'search.files'>

const box = () => screen.getByRole<HTMLInputElement>('searchbox', { name: 'Search' })
const rows = () => [...document.querySelectorAll<HTMLElement>('[role="grid"] [data-row]')]
const nameIn = (element: Element | null) => element?.querySelector('bdi')?.title ?? ''
const names = () => rows().map(nameIn)
const chosen = () => rows().filter((row) => row.getAttribute('aria-selected') === 'true')

function answerOf(items: readonly SearchItem[], other: Partial<Found> = {}): Found {
  return { query: '', total: items.length, totalIsExact: true, tookMs: 12.4, items: [...items], cursor: null, ...other }
}

const library = ['/p/trip/waterfall.txt', '/p/trip/water.md', '/p/other.txt'].map((path) =>
  aResult(path, { location: { id: locationId(1), name: 'Papers' } }),
)

/** Finds files whose names hold the query, as far as this test needs a search. */
function searching(items: readonly SearchItem[] = library): Answers {
  const files = new FakeFiles(...items)
  return {
    ...files.answers,
    'search.files': ({ ext, query }) =>
      answerOf(
        items
          .filter(({ extension, name }) => name.includes(query) && (ext.length === 0 || ext.includes(extension)))
          .map((item) => {
            const at = item.name.indexOf(query)
            const why =
              query === ''
                ? item.why
                : [{ field: 'name' as const, ranges: [[at, at + query.length]] as [number, number][] }]
            return { ...item, why: item.why.length > 0 ? item.why : why }
          }),
        { query },
      ),
  }
}

async function openSearch(query = '', answers: Answers = searching(), locale: 'en' | 'de' = 'en'): Promise<TestPage> {
  const page = await openPage(`/search${query}`, {
    answers: { 'locations.list': () => [aLocation('/p', { name: 'Papers' })], ...answers },
    locale,
  })
  await screen.findByRole('searchbox')
  return page
}

test('every letter searches, what was found stands out, and the address follows', async () => {
  const page = await openSearch()
  expect(document.activeElement).toBe(box())
  await page.user.keyboard('wat')
  await waitFor(() => expect(names()).toEqual(['waterfall.txt', 'water.md']))
  expect([...document.querySelectorAll('mark')].map((each) => each.textContent)).toEqual(['wat', 'wat'])
  await waitFor(() => expect(page.search()).toMatchObject({ q: 'wat' }))
  await page.user.keyboard('erf')
  await waitFor(() => expect(names()).toEqual(['waterfall.txt']))
  await waitFor(() => expect(page.search()).toMatchObject({ q: 'waterf' }))
  expect(document.title).toBe('Search: waterf – Spacedrive')
  expect(screen.getByText('1 result')).toBeTruthy()
})

const special: NonNullable<Found['special']> = [
  { kind: 'or', text: 'cats OR dogs' },
  { kind: 'glob', text: '*.jp*g' },
  { kind: 'path', text: '2024/img' },
]
const readings = {
  en: [
    'cats OR dogs means that one of them is enough; “or” in small letters is an ordinary word.',
    '*.jp*g is compared with the whole name; in quotes it is an ordinary word.',
    '2024/img is compared with the path.',
  ],
  de: [
    'cats OR dogs heißt, dass eines davon genügt; „or“ in kleinen Buchstaben ist ein gewöhnliches Wort.',
    '*.jp*g wird mit dem ganzen Namen verglichen; in Anführungszeichen ist es ein gewöhnliches Wort.',
    '2024/img wird mit dem Pfad verglichen.',
  ],
} as const

test.each(['en', 'de'] as const)('one line says how special parts of the query were read, in %s', async (locale) => {
  await openPage('/search?q=cats+OR+dogs', {
    answers: { 'search.files': () => answerOf([], { special }) },
    locale,
  })
  const part = await screen.findByText('*.jp*g')
  expect(part.closest('p')!.textContent).toBe(readings[locale].join(' '))
})

test('a query of ordinary words has no line about how it was read', async () => {
  await openSearch('?q=water')
  await waitFor(() => expect(rows()).toHaveLength(2))
  expect(screen.queryByText(/compared with|one of them is enough/)).toBeNull()
})

test('a reader is told of the count once it stays, and never of an old one', async () => {
  const slow = Promise.withResolvers<void>()
  const answers = searching()
  const page = await openSearch('?q=water', {
    ...answers,
    'search.files': async (input) => {
      if (input.query === 'waterf') await slow.promise
      return answers['search.files']!(input)
    },
  })
  const told = () => screen.getAllByRole('status').map((each) => each.textContent)
  await waitFor(() => expect(told()).toContain('2 results'))
  await page.user.type(box(), 'f')
  await waitFor(() => expect(document.querySelector('[aria-busy="true"]')).toBeTruthy())
  expect(told()).not.toContain('2 results')
  slow.resolve()
  await waitFor(() => expect(names()).toEqual(['waterfall.txt']))
  await waitFor(() => expect(told()).toContain('1 result'))
})

test('a match late in a snippet is seen: little comes before it', async () => {
  const snippet = 'a long beginning of a line of text that fills the room and then the whale'
  const at = snippet.indexOf('whale')
  const why = [
    { field: 'text' as const, kind: 'text' as const, page: null, snippet, ranges: [[at, at + 5] as [number, number]] },
  ]
  await openSearch('?q=whale', { 'search.files': () => answerOf([aResult('/p/a.txt', { why })]) })
  await waitFor(() => expect(rows()).toHaveLength(1))
  const mark = document.querySelector('mark')!
  expect(mark.textContent).toBe('whale')
  expect(mark.closest('p')!.textContent).toBe('…the room and then the whale')
})

test('the preview goes from file to file of the results, past folders, and counts the files', async () => {
  const items = ['/p/a.txt', '/p/b.txt', '/p/c.txt'].map((path) => aResult(path))
  const folder = { ...aResult('/p/box'), ...aFolder('/p/box') }
  const page = await openSearch(
    '?q=x',
    searching([items[0]!, folder, items[1]!, items[2]!].map((item) => ({ ...item, why: [] }))),
  )
  page.daemon.answer({ 'search.files': () => answerOf([items[0]!, folder, items[1]!, items[2]!]) })
  await page.user.type(box(), 'y')
  await waitFor(() => expect(names()).toEqual(['a.txt', 'box', 'b.txt', 'c.txt']))
  await page.user.dblClick(rows()[0]!)
  const dialog = await screen.findByRole('dialog', { name: 'Preview of a.txt' })
  expect(within(dialog).getByText('1 of 3')).toBeTruthy()
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true))
  await page.user.keyboard('{ArrowRight}')
  const next = await screen.findByRole('dialog', { name: 'Preview of b.txt' })
  expect(within(next).getByText('2 of 3')).toBeTruthy()
  const strip = within(next).getByRole('navigation', { name: 'Files beside it' })
  await page.user.click(within(strip).getByRole('button', { name: 'c.txt' }))
  expect(await screen.findByText('3 of 3')).toBeTruthy()
})

test('each result says where it is, how large, and when it was changed', async () => {
  await openSearch('?q=water')
  await waitFor(() => expect(rows()).toHaveLength(2))
  await waitFor(() => expect(rows()[0]!.textContent).toContain('Papers › trip'))
  expect(rows()[0]!.textContent).toContain('1 kB')
  expect(rows()[0]!.textContent).toContain('Mar 12, 2024')
})

test('of what was typed quickly only the last is shown, in whatever order answers come', async () => {
  const slow = Promise.withResolvers<void>()
  const answers = searching()
  const page = await openSearch('', {
    ...answers,
    'search.files': async (input) => {
      if (input.query === 'w') await slow.promise
      return answers['search.files']!(input)
    },
  })
  await page.user.keyboard('w')
  await page.user.keyboard('aterf')
  await waitFor(() => expect(names()).toEqual(['waterfall.txt']))
  slow.resolve()
  await waitFor(() => expect(page.search()).toMatchObject({ q: 'waterf' }))
  expect(names()).toEqual(['waterfall.txt'])
})

test('keys go from the box to the results, preview one, and back up to the box', async () => {
  const page = await openSearch()
  await page.user.keyboard('water')
  await waitFor(() => expect(rows()).toHaveLength(2))
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(nameIn(document.activeElement)).toBe('waterfall.txt'))
  await page.user.keyboard('{ArrowDown}')
  expect(nameIn(document.activeElement)).toBe('water.md')
  await page.user.keyboard('{ArrowUp}{ArrowUp}')
  expect(document.activeElement).toBe(box())
  await page.user.keyboard('{ArrowDown} ')
  expect(await screen.findByRole('dialog', { name: 'Preview of waterfall.txt' })).toBeTruthy()
  expect(page.search()).toMatchObject({ preview: true, sel: '/p/trip/waterfall.txt' })
})

test('Alt+Up shows a result in its folder', async () => {
  const page = await openSearch('?q=water')
  await waitFor(() => expect(rows()).toHaveLength(2))
  await page.user.click(rows()[1]!)
  await page.user.keyboard('{Alt>}{ArrowUp}{/Alt}')
  await waitFor(() => expect(page.address()).toMatch(/^\/browse/))
  expect(page.search()).toMatchObject({ path: '/p/trip', sel: '/p/trip/water.md' })
})

test('a folder that is found is opened, a file is previewed', async () => {
  const folder = aResult('/p/waters', { kind: 'directory' })
  const files = new FakeFiles(aFolder('/p/waters'), aFile('/p/waters/a.txt'))
  const page = await openSearch('?q=waters', { ...searching([folder]), ...files.answers })
  await waitFor(() => expect(rows()).toHaveLength(1))
  await page.user.dblClick(rows()[0]!)
  await waitFor(() => expect(page.search()).toEqual({ path: '/p/waters' }))
})

test('the place of a result leads to its folder', async () => {
  const page = await openSearch('?q=waterfall')
  await page.user.click(await screen.findByRole('link', { name: 'Show in folder: Papers › trip' }))
  await waitFor(() => expect(page.search()).toMatchObject({ path: '/p/trip', sel: '/p/trip/waterfall.txt' }))
})

test('an address that names a result chooses it', async () => {
  await openSearch('?q=water&sel=/p/trip/water.md')
  await waitFor(() => expect(chosen().map(nameIn)).toEqual(['water.md']))
})

test('all results are chosen by Ctrl+A, counted, and let go by Escape', async () => {
  const page = await openSearch('?q=water')
  await waitFor(() => expect(rows()).toHaveLength(2))
  await page.user.click(rows()[0]!)
  await page.user.keyboard('{Control>}a{/Control}')
  expect(screen.getByText('2 selected')).toBeTruthy()
  await page.user.keyboard('{Escape}')
  expect(chosen()).toEqual([])
})

const filters = [
  { chip: 'Type', option: 'Image', search: { type: ['image'] }, asked: { type: ['image'] } },
  { chip: 'Extension', option: 'pdf', search: { ext: ['pdf'] }, asked: { ext: ['pdf'] } },
  { chip: 'Where', option: 'Papers', search: { in: ['/p'] }, asked: { location: ['/p'] } },
]

test.for(filters)('the filter $chip is set by a tick, and asked with', async ({ asked, chip, option, search }) => {
  const page = await openSearch('?q=water')
  await page.user.click(screen.getByRole('button', { name: chip }))
  await page.user.click(await screen.findByRole('checkbox', { name: option }))
  await waitFor(() => expect(page.search()).toMatchObject(search))
  await waitFor(() => expect(page.daemon.asksOf('search.files').at(-1)).toMatchObject(asked))
  await page.user.keyboard('{Escape}')
  await page.user.click(await screen.findByRole('button', { name: `Remove filter: ${chip}` }))
  await waitFor(() => expect(page.search()).toEqual({ q: 'water' }))
})

const presets = [
  { chip: 'Size', preset: 'Above 100 MB', search: { size: '>100MB' } },
  { chip: 'Modified', preset: 'Last summer', search: { modified: 'last summer' } },
]

test.for(presets)('the filter $chip is set at a click', async ({ chip, preset, search }) => {
  const page = await openSearch('?q=water')
  await page.user.click(screen.getByRole('button', { name: chip }))
  await page.user.click(await screen.findByRole('button', { name: preset }))
  await waitFor(() => expect(page.search()).toMatchObject(search))
  expect(screen.getByRole('button', { name: `${chip}: ${preset}` })).toBeTruthy()
})

const switches = [
  { chip: 'Names only', search: { names: true }, asked: { content: false } },
  { chip: 'By meaning', search: { meaning: true }, asked: { semantic: true } },
  { chip: 'Also hidden', search: { hidden: true }, asked: { hidden: true } },
]

test.for(switches)('$chip is on at a click, and off by Backspace', async ({ asked, chip, search }) => {
  const page = await openSearch('?q=water')
  const button = await screen.findByRole('button', { name: chip })
  await page.user.click(button)
  await waitFor(() => expect(page.search()).toMatchObject(search))
  expect(screen.getByRole('button', { name: chip, pressed: true })).toBeTruthy()
  await waitFor(() => expect(page.daemon.asksOf('search.files').at(-1)).toMatchObject(asked))
  await page.user.keyboard('{Backspace}')
  await waitFor(() => expect(page.search()).toEqual({ q: 'water' }))
})

test('a size in one’s own words is tried, and refused in words where it makes no sense', async () => {
  const answers = searching()
  const page = await openSearch('?q=water', {
    ...answers,
    'search.files': (input) => {
      if (input.size === 'huge') throw new Refusal('InvalidInput', 'cannot read the size "huge"')
      return answers['search.files']!(input)
    },
  })
  await page.user.click(screen.getByRole('button', { name: 'Size' }))
  await page.user.type(await screen.findByLabelText('Another size'), 'huge{Enter}')
  expect((await screen.findByRole('alert')).textContent).toContain('cannot read the size "huge"')
  expect(page.search()).toEqual({ q: 'water' })
  await page.user.clear(screen.getByLabelText('Another size'))
  expect(screen.queryByRole('alert')).toBeNull()
  await page.user.type(screen.getByLabelText('Another size'), '>1MB{Enter}')
  await waitFor(() => expect(page.search()).toMatchObject({ size: '>1MB' }))
})

test('a range of days is set, whichever is given first', async () => {
  const page = await openSearch('?q=water')
  await page.user.click(screen.getByRole('button', { name: 'Modified' }))
  await page.user.type(await screen.findByLabelText('From'), '2024-06-01')
  await page.user.type(screen.getByLabelText('To'), '2024-05-01')
  await page.user.click(screen.getAllByRole('button', { name: 'Set' })[0]!)
  await waitFor(() => expect(page.search()).toMatchObject({ modified: '2024-05-01..2024-06-01' }))
})

test('other extensions are typed, with or without dots', async () => {
  const page = await openSearch('?q=water')
  await page.user.click(screen.getByRole('button', { name: 'Extension' }))
  await page.user.type(await screen.findByLabelText('Other extensions'), '.MD, *.txt{Enter}')
  await waitFor(() => expect(page.search()).toMatchObject({ ext: ['md', 'txt'] }))
})

test('Backspace at the begin of the box takes the last filter away', async () => {
  const page = await openSearch('?q=water&ext=["md"]&hidden=true')
  await waitFor(() => expect(names()).toEqual(['water.md']))
  await page.user.click(box())
  box().setSelectionRange(0, 0)
  await page.user.keyboard('{Backspace}')
  await waitFor(() => expect(page.search()).toEqual({ q: 'water', ext: ['md'] }))
})

test('an address with a filter that cannot be used offers to search without it', async () => {
  const page = await openSearch('?q=water&size=huge', {
    'search.files': ({ size }) => {
      if (size) throw new Refusal('InvalidInput', `cannot read the size "${size}"`)
      return answerOf(library.slice(0, 1))
    },
  })
  expect(await screen.findByText('A filter cannot be used')).toBeTruthy()
  await page.user.click(screen.getByRole('button', { name: 'Search without “Size”' }))
  await waitFor(() => expect(names()).toEqual(['waterfall.txt']))
})

test('a search that fails is tried again', async () => {
  const page = await openSearch('?q=water', {
    'search.files': () => {
      throw new Refusal('Internal', 'the index is broken')
    },
  })
  expect(await screen.findByText('the index is broken')).toBeTruthy()
  page.daemon.answer(searching())
  await page.user.click(screen.getByRole('button', { name: 'Try again' }))
  await waitFor(() => expect(rows()).toHaveLength(2))
})

test('what finds nothing offers words that do, and fewer filters', async () => {
  const page = await openSearch('?q=watre&ext=["md"]', {
    'search.files': ({ query }) => (query === 'water' ? answerOf(library) : answerOf([], { suggestions: ['water'] })),
  })
  expect(await screen.findByRole('heading', { name: 'Nothing was found' })).toBeTruthy()
  expect(screen.getByText('Fewer filters, or fewer words, find more.')).toBeTruthy()
  await page.user.click(screen.getByRole('button', { name: 'Without filters' }))
  await waitFor(() => expect(page.search()).toEqual({ q: 'watre' }))
  await page.user.click(await screen.findByRole('button', { name: 'water' }))
  await waitFor(() => expect(rows()).toHaveLength(3))
  expect(box().value).toBe('water')
  expect(document.activeElement).toBe(box())
})

test('the built-in model says that it reads English', async () => {
  await openSearch('?q=water', {
    'sidecars.kinds': () => [
      {
        kind: 'embeddings' as const,
        label: 'Meanings of texts',
        folder: 'embeddings',
        variants: ['universal-sentence-encoder-lite'],
        usual: 'on',
        search: 'vectors' as const,
        preview: null,
        origin: 'generated' as const,
      },
    ],
  })
  expect(await screen.findByRole('button', { name: 'By meaning (English)' })).toBeTruthy()
})

test('weaker matches that were left out are counted, and shown and hidden again by a button', async () => {
  const page = await openSearch('?q=wat&meaning=true', {
    'search.files': ({ weak }) =>
      weak ? answerOf(library) : answerOf(library.slice(0, 1), { weaker: library.length - 1 }),
  })
  await screen.findByText('2 matches of weaker similarity are left out.')
  await page.user.click(screen.getByRole('button', { name: 'Show them' }))
  await waitFor(() => expect(rows()).toHaveLength(library.length))
  await page.user.click(screen.getByRole('button', { name: 'Leave them out' }))
  await waitFor(() => expect(rows()).toHaveLength(1))
  expect(page.search()).not.toHaveProperty('weak')
})

test('that texts are still being read is said, so that nobody believes that nothing is there', async () => {
  await openSearch('?q=wat', { 'search.files': () => answerOf([], { unread: { files: 2, scanning: true } }) })
  await screen.findByText('Nothing was found')
  expect(screen.getByText('2 files are still being read. Their texts are not found yet.')).toBeTruthy()
})

test('what keeps a search from being whole is said, also where meanings cannot be searched', async () => {
  await openSearch(
    '?q=water',
    {
      'search.files': () => answerOf(library, { notices: ['2 locations are not indexed yet'], totalIsExact: false }),
      'sidecars.hindrances': () => ({
        held: [],
        off: [{ kind: 'embeddings', cause: 'missing', reason: 'set embeddings.url' }],
      }),
    },
    'de',
  )
  expect(await screen.findByText('Die Suche nach Bedeutung hat nicht alles durchsucht.')).toBeTruthy()
  expect(screen.getByText('2 locations are not indexed yet')).toBeTruthy()
  expect(screen.getByText('etwa 3 Treffer')).toBeTruthy()
  await waitFor(() =>
    expect(document.body.textContent).toContain('Nach Bedeutung: Hier ist nichts, was es machen könnte.'),
  )
  expect(screen.queryByRole('button', { name: 'Nach Bedeutung' })).toBeNull()
})

test('the place of a result among an inexact number of results says so', async () => {
  const answers = { ...searching(), 'search.files': () => answerOf(library, { totalIsExact: false, total: 40 }) }
  const { user } = await openPage('/search?q=o', { answers })
  await waitFor(() => expect(names()).toContain('water.md'))
  await user.click(rows()[1]!)
  await user.keyboard(' ')
  const preview = await screen.findByRole('dialog')
  expect(await within(preview).findByText('2 of about 40')).toBeTruthy()
})

test('below an empty box are recent searches and ideas', async () => {
  const page = await openSearch()
  useRecentSearches.setState({ queries: ['whale', 'water'] })
  await page.user.click(await screen.findByRole('button', { name: 'water' }))
  await waitFor(() => expect(rows()).toHaveLength(2))
  await page.user.clear(box())
  await page.user.click(await screen.findByRole('button', { name: 'Files above 1 GB' }))
  await waitFor(() => expect(page.search()).toMatchObject({ size: '>1GB', sort: 'size' }))
})

test('arrows go through recent searches, and they are forgotten at a click', async () => {
  const page = await openSearch()
  act(() => {
    useRecentSearches.setState({ queries: ['whale', 'water'] })
  })
  box().focus()
  await page.user.keyboard('{ArrowDown}')
  expect(document.activeElement?.textContent).toBe('whale')
  await page.user.keyboard('{ArrowDown}{ArrowDown}')
  expect(document.activeElement?.textContent).toBe('water')
  await page.user.keyboard('{ArrowUp}{ArrowUp}')
  expect(document.activeElement).toBe(box())
  await page.user.click(screen.getByRole('button', { name: 'Forget them' }))
  expect(screen.queryByText('whale')).toBeNull()
})

test('a search is remembered once it is meant, and the letters on the way are not', async () => {
  const page = await openSearch()
  await page.user.keyboard('wat')
  await waitFor(() => expect(rows()).toHaveLength(2))
  await page.user.keyboard('er{Enter}')
  expect(useRecentSearches.getState().queries).toEqual(['water'])
})

test('Escape in the box empties it, and the cross does too', async () => {
  const page = await openSearch('?q=water')
  await page.user.click(box())
  await page.user.keyboard('{Escape}')
  expect(box().value).toBe('')
  await page.user.keyboard('x')
  await page.user.click(screen.getByRole('button', { name: 'Clear' }))
  expect(box().value).toBe('')
  expect(document.activeElement).toBe(box())
})

test('results are put in another order, and shown as tiles', async () => {
  const page = await openSearch('?q=water')
  await page.user.click(screen.getByRole('button', { name: 'Sort by: Best match' }))
  await page.user.click(await screen.findByRole('menuitemradio', { name: 'Size' }))
  await waitFor(() => expect(page.daemon.asksOf('search.files').at(-1)).toMatchObject({ sort: 'size', order: 'desc' }))
  await page.user.click(screen.getByRole('button', { name: 'Sort by: Size' }))
  await page.user.click(await screen.findByRole('menuitemcheckbox', { name: 'Reverse order' }))
  await waitFor(() => expect(page.daemon.asksOf('search.files').at(-1)).toMatchObject({ sort: 'size', order: 'asc' }))
  await page.user.click(screen.getByRole('button', { name: 'Grid' }))
  await waitFor(() => expect(screen.getByRole('grid').getAttribute('aria-colcount')).toBe('6'))
})

test('a thousand results are asked for page by page as they come into view', async () => {
  const many = Array.from({ length: 1_000 }, (_, i) => aResult(`/p/note ${String(i).padStart(4, '0')}.txt`))
  const page = await openSearch('?q=note', {
    'search.files': ({ cursor, limit }) => {
      const from = Number(cursor ?? 0)
      const next = from + limit
      return answerOf(many.slice(from, next), { total: many.length, cursor: next < many.length ? String(next) : null })
    },
  })
  await waitFor(() => expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('1000'))
  expect(rows().length).toBeLessThan(30)
  await page.user.click(rows()[0]!)
  await page.user.keyboard('{End}')
  await waitFor(() => expect(nameIn(document.activeElement)).not.toBe('note 0000.txt'))
  const cursors = new Set(page.daemon.asksOf('search.files').map(({ cursor }) => cursor))
  expect(cursors.size).toBeLessThanOrEqual(4)
  // Shown, and after a moment also announced.
  expect(screen.getAllByText('1,000 results').length).toBeGreaterThan(0)
})

const said = {
  field: 'text' as const,
  kind: 'transcript' as const,
  page: null,
  snippet: 'the whale sings',
  ranges: [[4, 9]] as [number, number][],
  timeMs: 65_000,
}

test('a result says why it is one: what is said and when, on which page, how near', async () => {
  const page = await openSearch(
    '?q=whale',
    searching([
      aResult('/p/whale talk.mp3', { why: [said] }),
      aResult('/p/whale.pdf', { why: [{ ...said, kind: 'text', page: 7, timeMs: undefined }] }),
      aResult('/p/whale-like.txt', {
        why: [{ field: 'semantic', kind: 'name', similarity: 0.62, page: null, snippet: '', ranges: [] }],
      }),
    ]),
  )
  await waitFor(() => expect(rows()).toHaveLength(3))
  expect(rows()[0]!.textContent).toContain('the whale sings')
  expect(rows()[1]!.textContent).toContain('Page 7the whale sings')
  expect(rows()[2]!.textContent).toContain('≈ 62%')
  expect(rows()[2]!.textContent).toContain('Its name means something alike')
  page.daemon.answer({ 'files.info': ({ path }) => anInfo(aFile(path)) })
  await page.user.click(within(rows()[0]!).getByRole('button', { name: 'Play from 1:05' }))
  expect(await screen.findByRole('dialog', { name: 'Preview of whale talk.mp3' })).toBeTruthy()
})

test('a result that is offline says so, and cannot be downloaded', async () => {
  const page = await openSearch('?q=water', searching([aResult('/p/water.txt', { online: false })]))
  await waitFor(() => expect(rows()).toHaveLength(1))
  expect(rows()[0]!.textContent).toContain('Offline')
  await page.user.pointer({ keys: '[MouseRight]', target: rows()[0]! })
  const menu = await screen.findByRole('menu')
  expect(within(menu).getByRole('menuitem', { name: 'Download' }).getAttribute('aria-disabled')).toBe('true')
  await page.user.click(within(menu).getByRole('menuitem', { name: 'Copy path' }))
  expect(await navigator.clipboard.readText()).toBe('/p/water.txt')
  expect(await toastOf('The path was copied')).toBeTruthy()
})

test('a result gets its thumbnail when it is made, and nothing is searched for again', async () => {
  const pending = aThumb({ state: 'pending', ready: [] })
  const page = await openSearch(
    '?q=water',
    searching([aResult('/p/water.jpg', { contentId: contentId(5), thumb: pending, size: 9_000_000 })]),
  )
  await waitFor(() => expect(rows()).toHaveLength(1))
  expect(rows()[0]!.querySelector('img')).toBeNull()
  const searches = page.daemon.asksOf('search.files').length
  page.daemon.answer({ 'sidecars.thumbs': () => [{ contentId: contentId(5), thumb: aThumb() }] })
  page.daemon.emit('sidecars.changed', { kind: 'thumb', state: 'ready', contentIds: [contentId(5)], more: false })
  await waitFor(() => expect(rows()[0]!.querySelector('img')?.src).toContain('/thumbs/'))
  expect(page.daemon.asksOf('search.files')).toHaveLength(searches)
})

test('details of a result are shown beside the others', async () => {
  const page = await openSearch('?q=water&inspector=true&sel=/p/trip/water.md')
  const inspector = await screen.findByRole('complementary', { name: 'Inspector' })
  await waitFor(() => expect(inspector.textContent).toContain('water.md'))
  await page.user.click(within(inspector).getByRole('button', { name: 'Close the inspector' }))
  await waitFor(() => expect(page.search()).not.toHaveProperty('inspector'))
})
