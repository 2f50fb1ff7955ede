import { expect, test } from 'vitest'
import { type Entry, SearchInput } from '../domain/index.ts'
import { searchEntries } from './search-entries.ts'
import { toFoundEntry } from './test/library-fixture.ts'

const now = new Date(2024, 6, 17).getTime()

function entries(...names: string[]): Entry[] {
  return names.map((name, i) =>
    toFoundEntry({
      id: i + 1,
      parentId: null,
      name,
      kind: name.endsWith('/') ? 'directory' : 'file',
      type: 'unknown',
      size: i,
      mtime: i,
    }),
  )
}

const search = (list: readonly Entry[], input: Partial<SearchInput>) =>
  searchEntries(list, SearchInput.parse(input), now)
const names = (list: readonly Entry[], input: Partial<SearchInput>) =>
  search(list, input).items.map(({ entry }) => entry.name)

test('the exact name comes first, then the name without its extension, its beginning, a word of it, and the rest', () => {
  const list = entries('unreported.txt', 'my-report_final.pdf', 'reports.txt', 'report.pdf', 'report')
  expect(names(list, { query: 'report' })).toEqual([
    'report',
    'report.pdf',
    'reports.txt',
    'my-report_final.pdf',
    'unreported.txt',
  ])
})

test('shorter names come first, and among equals the newer', () => {
  const list = entries('report 10.txt', 'report 2.txt', 'report 3.txt')
  expect(names(list, { query: 'report' })).toEqual(['report 3.txt', 'report 2.txt', 'report 10.txt'])
})

test('a word found first inside another word still counts where it begins one', () => {
  expect(names(entries('party.png', 'party art.png'), { query: 'art' })).toEqual(['party art.png', 'party.png'])
})

test('all words must be there, in any order; quotes keep words together', () => {
  const list = entries('tax return 2024.pdf', 'return of tax.pdf', 'tax.pdf')
  expect(names(list, { query: 'return tax' })).toEqual(['return of tax.pdf', 'tax return 2024.pdf'])
  expect(names(list, { query: '"tax return"' })).toEqual(['tax return 2024.pdf'])
  expect(names(list, { query: '"return of' })).toEqual(['return of tax.pdf'])
})

test.each([
  "it's",
  'my-report',
  'a (b)',
  'photo.jpg',
  'C++',
  'user@host',
  'foo:bar',
  'AND',
  '100%',
  '"a*b"',
  '"a OR b"',
  'OR',
  'or',
  '\\',
  '[x]',
])('%s means what it says', (text) => {
  const name = `before ${text.replaceAll('"', '')} after`
  expect(names(entries(name, 'something else'), { query: text })).toEqual([name])
})

test('a pattern is compared with the whole name', () => {
  const list = entries('IMG_1.jpg', 'IMG_22.JPG', 'my IMG_3.jpg', 'IMG_4.jpg.txt', 'Bär.jpg')
  expect(names(list, { query: 'img_*.jpg' })).toEqual(['IMG_22.JPG', 'IMG_1.jpg'])
  expect(names(list, { query: 'IMG_?.jpg' })).toEqual(['IMG_1.jpg'])
  expect(names(list, { query: 'b?r.*' })).toEqual(['Bär.jpg'])
  expect(names(list, { query: '*' })).toHaveLength(5)
  expect(search(list, { query: 'img_?.jpg' }).items[0]!.why).toEqual([
    {
      field: 'name',
      ranges: [
        [0, 4],
        [5, 9],
      ],
    },
  ])
})

test('braces in a pattern give alternatives', () => {
  const list = entries('a.jpg', 'a.jpeg', 'b.png', 'c.gif', '{a,b}.txt')
  expect(names(list, { query: '*.{jpg,png}' }).toSorted()).toEqual(['a.jpg', 'b.png'])
  expect(names(list, { query: '{a,b}.{jp{,e}g,png}' }).toSorted()).toEqual(['a.jpeg', 'a.jpg', 'b.png'])
  expect(names(list, { query: '{c,d}.gif OR *.png' }).toSorted()).toEqual(['b.png', 'c.gif'])
  // In quotes they are letters, and so are braces without a comma.
  expect(names(list, { query: '"{a,b}"' })).toEqual(['{a,b}.txt'])
  expect(names(list, { query: '{a' })).toEqual(['{a,b}.txt'])
  const many = '{1,2,3,4,5}'.repeat(4)
  expect(() => search(list, { query: many })).toThrow('give more than 64 patterns')
})

test('a question mark at the end of a word is no wildcard', () => {
  const list = entries('what now?.pdf', 'what nows.pdf', 'now1')
  expect(names(list, { query: 'what now?' })).toEqual(['what now?.pdf'])
  expect(names(list, { query: 'now?? OR x' })).toEqual([])
  expect(names(list, { query: 'no??' })).toEqual(['now1'])
})

test('OR joins the words beside it', () => {
  const list = entries('holiday.png', 'holiday.gif', 'holiday.jpg', 'work.png')
  expect(names(list, { query: 'holiday jpg OR png' })).toEqual(['holiday.jpg', 'holiday.png'])
  expect(names(list, { query: 'gif OR *.jpg OR work' })).toEqual(['work.png', 'holiday.jpg', 'holiday.gif'])
  expect(names(list, { query: 'holiday jpg or png' })).toEqual([])
})

test('a word with a slash is compared with the path', () => {
  const list = entries('img.png', 'image.txt').map((entry) => ({
    ...entry,
    path: `/home/ann/Photos 2024/${entry.name}`,
  }))
  expect(names(list, { query: '2024/im' })).toEqual(['image.txt', 'img.png'])
  expect(names(list, { query: '/home/ann/photos' })).toEqual(['image.txt', 'img.png'])
  expect(names(list, { query: '"photos 2024/img"' })).toEqual(['img.png'])
  expect(names(list, { query: '2023/' })).toEqual([])
  expect(names(list, { query: 'ann/*/*.png' })).toEqual(['img.png'])
  expect(names(list, { query: '/home/**/img*' })).toEqual(['img.png'])
  expect(names(list, { query: '/ann/**' })).toEqual([])
})

test('a pattern has few parts, and its comparison takes little time whatever the name', () => {
  expect(() => search([], { query: '*/'.repeat(20) })).toThrow('at most 15 are possible')
  const list = entries('a'.repeat(250))
  expect(names(list, { query: `${'*a'.repeat(40)}b` })).toEqual([])
})

test('what matched is marked', () => {
  const { items } = search(entries('Große Résumés.pdf'), { query: 'resume GROSSE' })
  expect(items[0]!.why).toEqual([
    {
      field: 'name',
      ranges: [
        [0, 5],
        [6, 12],
      ],
    },
  ])
  expect(search(entries('a'), {}).items[0]!.why).toEqual([])
})

test('hidden entries come only when they are asked for', () => {
  const list = entries('.config', 'config.txt')
  expect(names(list, { query: 'config' })).toEqual(['config.txt'])
  expect(names(list, { query: 'config', hidden: true })).toEqual(['config.txt', '.config'])
  expect(names(list, { query: '.conf' })).toEqual(['.config'])
  expect(names(list, { query: '.conf', hidden: false })).toEqual([])
})

test('filters work without a query, newest first', () => {
  const list = entries('a.jpg', 'b.JPG', 'folder/', 'c.png', 'd')
  expect(names(list, { ext: ['.jpg', 'PNG'] })).toEqual(['c.png', 'b.JPG', 'a.jpg'])
  expect(names(list, { type: ['folder'] })).toEqual(['folder/'])
  expect(names(list, { size: '>=1' })).toEqual(['d', 'c.png', 'b.JPG'])
  expect(names(list, { modified: 'today' })).toEqual([])
})

test('names are sorted as people sort them', () => {
  const list = entries('img 10', 'img 9', 'Img 11')
  expect(names(list, { query: 'img', sort: 'name' })).toEqual(['img 9', 'img 10', 'Img 11'])
  expect(names(list, { query: 'img', sort: 'name', order: 'desc' })).toEqual(['Img 11', 'img 10', 'img 9'])
})

test('a cursor goes on where the page ended', () => {
  const list = entries('x1', 'x2', 'x3', 'x4', 'x5')
  const first = search(list, { query: 'x', sort: 'name', limit: 2 })
  const second = search(list, { query: 'x', sort: 'name', limit: 2, cursor: first.cursor! })
  const last = search(list, { query: 'x', sort: 'name', limit: 2, cursor: second.cursor! })
  expect([first, second, last].map((page) => page.items.map(({ entry }) => entry.name))).toEqual([
    ['x1', 'x2'],
    ['x3', 'x4'],
    ['x5'],
  ])
  expect([first, second, last].map((page) => page.total)).toEqual([5, 5, 5])
  expect(last.cursor).toBe(null)
})

test('a cursor of another search, or none at all, is refused', () => {
  const list = entries('x1', 'x2')
  const { cursor } = search(list, { query: 'x', limit: 1 })
  expect(() => search(list, { query: 'y', cursor: cursor! })).toThrow('the cursor belongs to another search')
  expect(() => search(list, { query: 'x', cursor: 'nonsense' })).toThrow('the cursor is invalid')
})

test('relevance cannot be turned round, and a query has an end', () => {
  expect(() => search([], { query: 'x', order: 'asc' })).toThrow('the order by relevance cannot be reversed')
  expect(() => search([], { query: 'a '.repeat(40) })).toThrow('at most 32 words')
})

test('a name that no word matches is suggested', () => {
  expect(search(entries('holiday.jpg'), { query: 'holidya' })).toMatchObject({ total: 0, suggestions: ['holiday'] })
})
