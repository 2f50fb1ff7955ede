// @vitest-environment happy-dom
import { openPage, type TestPage, toastOf } from '../../../testing/page.tsx'
import type { Entry } from '@spacedrive/core/domain'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import {
  aDevice,
  aFile,
  aFolder,
  aLocation,
  aNetworkStatus,
  aVolume,
  locationId,
  volumeId,
  anAddedLocation,
  contentId,
} from '../../../testing/things.ts'

const rows = () => [...document.querySelectorAll<HTMLElement>('[role="grid"] [data-row]')]
const nameIn = (element: Element | null | undefined) => {
  const name = element?.querySelector('bdi')
  return name ? name.title || name.textContent : ''
}
const names = () => rows().map(nameIn)
const rowOf = (name: string) => rows().find((row) => nameIn(row) === name)!
const chosen = () => rows().filter((row) => row.getAttribute('aria-selected') === 'true')
const chosenNames = () => chosen().map(nameIn)
const focused = () => nameIn(document.activeElement)
const scroller = () => document.querySelector<HTMLElement>('[role="grid"] > [role="presentation"]')!
const count = () => screen.getAllByRole('status').map((each) => each.textContent)

/** `/p` with the letters from a to z, each 1 kB. */
function alphabet(): FakeFiles {
  return new FakeFiles(...Array.from('abcdefghijklmnopqrstuvwxyz', (letter) => aFile(`/p/${letter}.txt`)))
}

interface FolderOptions {
  readonly query?: string
  readonly answers?: Answers
  readonly locale?: 'en' | 'de'
}

/** The folder `/p`, which is a location, once its rows are there. */
async function openFolder(
  files: FakeFiles,
  { answers, locale = 'en', query = '' }: FolderOptions = {},
): Promise<TestPage> {
  const page = await openPage(`/browse?path=/p${query}`, {
    answers: { ...files.answers, 'locations.list': () => [aLocation('/p', { name: 'Papers' })], ...answers },
    locale,
  })
  await waitFor(() => expect(rows().length).toBeGreaterThan(0))
  await waitFor(() => expect(names()).not.toContain(''))
  return page
}

test('a folder is listed with sizes, dates and types, folders first', async () => {
  const files = new FakeFiles(
    aFile('/p/b.txt', { size: 2_500_000, modifiedAt: '2019-05-01T10:00:00Z' }),
    aFolder('/p/z', { totalSize: 4_000, childCount: 2 }),
    aFolder('/p/unread', { totalSize: null }),
    aFile('/p/a.jpg'),
  )
  await openFolder(files)
  expect(names()).toEqual(['unread', 'z', 'a.jpg', 'b.txt'])
  const cellsOf = (name: string) =>
    within(rowOf(name))
      .getAllByRole('gridcell')
      .map((cell) => cell.textContent)
  expect(cellsOf('b.txt')).toEqual(['b.txt', '2.5 MB', 'May 1, 2019', '–', 'Text'])
  expect(cellsOf('z')).toEqual(['z', '4 kB', 'Mar 12, 2024', '–', 'Folder'])
  // Nobody has summed it up yet.
  expect(cellsOf('unread')[1]).toBe('–')
  expect(document.title).toBe('p – Spacedrive')
})

test('a folder is listed in German', async () => {
  await openFolder(new FakeFiles(aFile('/p/b.txt', { size: 2_500_000 }), aFolder('/p/z')), { locale: 'de' })
  const headers = screen.getAllByRole('columnheader').map((each) => each.textContent)
  expect(headers).toEqual(['Name', 'Größe', 'Geändert', 'Erstellt', 'Art', ''])
  expect(rowOf('b.txt').textContent).toContain('2,5 MB')
  expect(rowOf('b.txt').textContent).toContain('12.03.2024')
  expect(screen.getByText('2 Objekte')).toBeTruthy()
  expect(document.documentElement.lang).toBe('de')
})

test('a click on a column sorts by it, and a second one turns it round', async () => {
  const files = new FakeFiles(
    aFile('/p/a.txt', { size: 1 }),
    aFile('/p/b.txt', { size: 3 }),
    aFile('/p/c.txt', { size: 2 }),
  )
  const page = await openFolder(files)
  const header = (name: string) => screen.getByRole('columnheader', { name })
  expect(header('Name').getAttribute('aria-sort')).toBe('ascending')
  await page.user.click(within(header('Size')).getByRole('button'))
  await waitFor(() => expect(names()).toEqual(['b.txt', 'c.txt', 'a.txt']))
  expect(header('Size').getAttribute('aria-sort')).toBe('descending')
  expect(page.search()).toMatchObject({ sort: 'size' })
  await page.user.click(within(header('Size')).getByRole('button'))
  await waitFor(() => expect(names()).toEqual(['a.txt', 'c.txt', 'b.txt']))
  expect(header('Size').getAttribute('aria-sort')).toBe('ascending')
  expect(page.search()).toMatchObject({ sort: 'size', reverse: true })
})

test('the menu of the order says what it is, turns it round, and shows what is left out', async () => {
  const page = await openFolder(alphabet())
  await page.user.click(screen.getByRole('button', { name: 'Sort by: Name' }))
  await page.user.click(await screen.findByRole('menuitemradio', { name: 'Extension' }))
  await waitFor(() => expect(page.search()).toMatchObject({ sort: 'extension' }))
  await page.user.click(screen.getByRole('button', { name: 'Sort by: Extension' }))
  await page.user.click(await screen.findByRole('menuitemcheckbox', { name: 'Show what is left out of the index' }))
  await waitFor(() => expect(page.search()).toMatchObject({ all: true }))
  expect(page.daemon.asksOf('files.list').at(-1)).toMatchObject({ path: '/p', all: true, sort: 'extension' })
})

test('an entry that a rule leaves out says by which rule', async () => {
  const files = new FakeFiles(aFile('/p/a.txt'), aFolder('/p/node_modules', { hiddenBy: 'dev folders' }))
  await openFolder(files, { query: '&all=true' })
  expect(rowOf('node_modules').textContent).toContain('Left out of the index by the rule “dev folders”')
})

interface ClickCase {
  readonly does: string
  readonly clicks: readonly (readonly [row: string, keys: string])[]
  readonly chosen: readonly string[]
}

const clickCases: readonly ClickCase[] = [
  { does: 'a click chooses one', clicks: [['c', '']], chosen: ['c'] },
  {
    does: 'another click chooses another one',
    clicks: [
      ['c', ''],
      ['e', ''],
    ],
    chosen: ['e'],
  },
  {
    does: 'with Ctrl one more',
    clicks: [
      ['c', ''],
      ['e', 'Control'],
    ],
    chosen: ['c', 'e'],
  },
  {
    does: 'with Ctrl one less',
    clicks: [
      ['c', ''],
      ['e', 'Control'],
      ['c', 'Control'],
    ],
    chosen: ['e'],
  },
  {
    does: 'with the command key of a Mac one more',
    clicks: [
      ['c', ''],
      ['e', 'Meta'],
    ],
    chosen: ['c', 'e'],
  },
  {
    does: 'with Shift all in between',
    clicks: [
      ['c', ''],
      ['f', 'Shift'],
    ],
    chosen: ['c', 'd', 'e', 'f'],
  },
  {
    does: 'with Shift upwards',
    clicks: [
      ['f', ''],
      ['d', 'Shift'],
    ],
    chosen: ['d', 'e', 'f'],
  },
  {
    does: 'with Shift again from where the range began',
    clicks: [
      ['e', ''],
      ['h', 'Shift'],
      ['c', 'Shift'],
    ],
    chosen: ['c', 'd', 'e'],
  },
  {
    does: 'with Shift after Ctrl from the one that Ctrl has chosen',
    clicks: [
      ['a', ''],
      ['e', 'Control'],
      ['g', 'Shift'],
    ],
    chosen: ['e', 'f', 'g'],
  },
]

test('clicks choose as everywhere: alone, with Ctrl, with Shift', async () => {
  const page = await openFolder(alphabet())
  for (const { chosen: expected, clicks, does } of clickCases) {
    await page.user.keyboard('{Escape}')
    await page.user.click(rowOf('a.txt'))
    await page.user.click(scroller())
    for (const [letter, key] of clicks)
      fireEvent.click(rowOf(`${letter}.txt`), {
        ctrlKey: key === 'Control',
        metaKey: key === 'Meta',
        shiftKey: key === 'Shift',
      })
    expect({ does, chosen: chosenNames() }).toEqual({ does, chosen: expected.map((letter) => `${letter}.txt`) })
  }
})

interface KeyCase {
  readonly keys: string
  readonly from: string
  readonly focus: string
  readonly chosen: readonly string[]
}

// 20 rows are seen at once, so a page is 19.
const keyCases: readonly KeyCase[] = [
  { keys: '{ArrowDown}', from: 'c', focus: 'd', chosen: ['d'] },
  { keys: '{ArrowUp}', from: 'c', focus: 'b', chosen: ['b'] },
  { keys: '{ArrowUp}', from: 'a', focus: 'a', chosen: ['a'] },
  { keys: '{End}', from: 'c', focus: 'z', chosen: ['z'] },
  { keys: '{Home}', from: 'x', focus: 'a', chosen: ['a'] },
  { keys: '{PageDown}', from: 'b', focus: 'u', chosen: ['u'] },
  { keys: '{PageDown}', from: 'p', focus: 'z', chosen: ['z'] },
  { keys: '{PageUp}', from: 'u', focus: 'b', chosen: ['b'] },
  { keys: '{Shift>}{ArrowDown}{ArrowDown}{/Shift}', from: 'c', focus: 'e', chosen: ['c', 'd', 'e'] },
  { keys: '{Shift>}{ArrowDown}{ArrowUp}{ArrowUp}{/Shift}', from: 'c', focus: 'b', chosen: ['b', 'c'] },
  { keys: '{Shift>}{Home}{/Shift}', from: 'c', focus: 'a', chosen: ['a', 'b', 'c'] },
  { keys: '{Control>}{ArrowDown}{ArrowDown}{/Control}', from: 'c', focus: 'e', chosen: ['c'] },
  { keys: '{Control>}{ArrowDown}{ArrowDown}[Space]{/Control}', from: 'c', focus: 'e', chosen: ['c', 'e'] },
  { keys: '{Control>}[Space]{/Control}', from: 'c', focus: 'c', chosen: [] },
  { keys: 'm', from: 'c', focus: 'm', chosen: ['m'] },
  { keys: '{ArrowLeft}', from: 'c', focus: 'c', chosen: ['c'] },
]

test('keys go through rows, choose ranges with Shift, and only go with Ctrl', async () => {
  const page = await openFolder(alphabet())
  for (const { chosen: expected, focus, from, keys } of keyCases) {
    await page.user.click(rowOf(`${from}.txt`))
    await page.user.keyboard(keys)
    await waitFor(() => expect({ from, keys, focus: focused() }).toEqual({ from, keys, focus: `${focus}.txt` }))
    expect({ from, keys, chosen: chosenNames() }).toEqual({
      from,
      keys,
      chosen: expected.map((letter) => `${letter}.txt`),
    })
  }
})

test('letters that are typed quickly are the begin of one name, and the same letter later finds the next', async () => {
  const names3 = ['apple.txt', 'banana.txt', 'berry.txt', 'cherry.txt']
  const page = await openFolder(new FakeFiles(...names3.map((name) => aFile(`/p/${name}`))))
  await page.user.click(rowOf('apple.txt'))
  await page.user.keyboard('b')
  await waitFor(() => expect(focused()).toBe('banana.txt'))
  await page.user.keyboard('e')
  await waitFor(() => expect(focused()).toBe('berry.txt'))
  expect(page.daemon.asksOf('files.seek').at(-1)).toMatchObject({ path: '/p', prefix: 'be' })
})

test('all are chosen by Ctrl+A, one is taken out, and Escape lets go of them', async () => {
  const page = await openFolder(alphabet())
  await page.user.click(rowOf('a.txt'))
  await page.user.keyboard('{Control>}a{/Control}')
  expect(count()).toContain('26 selected')
  await page.user.keyboard('{Control>}')
  await page.user.click(rowOf('c.txt'))
  await page.user.keyboard('{/Control}')
  // Of all but some nobody can say how large they are together.
  expect(count()).toContain('25 selected')
  expect(chosenNames()).not.toContain('c.txt')
  await page.user.keyboard('{Escape}')
  expect(count()).toContain('26 items')
  expect(chosen()).toEqual([])
})

test('what is chosen is counted and summed up', async () => {
  const files = new FakeFiles(
    aFile('/p/a.txt', { size: 1_000_000 }),
    aFile('/p/b.txt', { size: 500_000 }),
    aFolder('/p/c'),
  )
  const page = await openFolder(files)
  await page.user.click(rowOf('a.txt'))
  await page.user.keyboard('{Shift>}{ArrowDown}{/Shift}')
  expect(count()).toContain('2 selected · 1.5 MB')
  // Nobody knows how large the folder is.
  await page.user.keyboard('{Control>}')
  await page.user.click(rowOf('c'))
  await page.user.keyboard('{/Control}')
  expect(count()).toContain('3 selected')
})

test('a click beside all rows lets go of what is chosen', async () => {
  const page = await openFolder(alphabet())
  await page.user.click(rowOf('c.txt'))
  await page.user.click(scroller())
  expect(chosen()).toEqual([])
})

test('the check mark of a row chooses it too, without a key', async () => {
  const page = await openFolder(alphabet())
  await page.user.click(rowOf('a.txt'))
  await page.user.click(rowOf('c.txt').querySelector('[data-check]')!)
  expect(chosenNames()).toEqual(['a.txt', 'c.txt'])
  await page.user.click(rowOf('a.txt').querySelector('[data-check]')!)
  expect(chosenNames()).toEqual(['c.txt'])
})

test('by touch a tap opens, and goes on choosing where several are chosen', async () => {
  const page = await openFolder(new FakeFiles(aFolder('/p/a'), aFile('/p/a/inside.txt'), aFile('/p/b.txt')))
  const tap = (row: Element) => page.user.pointer({ keys: '[TouchA]', target: row })
  fireEvent.click(rowOf('a').querySelector('[data-check]')!)
  fireEvent.click(rowOf('b.txt').querySelector('[data-check]')!)
  await tap(rowOf('a'))
  expect(chosenNames()).toEqual(['b.txt'])
  await tap(rowOf('a'))
  await waitFor(() => expect(names()).toEqual(['inside.txt']))
})

test('a box that is drawn chooses what it is drawn over', async () => {
  const page = await openFolder(alphabet())
  const at = (y: number) => ({ clientX: 900, clientY: y, button: 0, pointerId: 1, pointerType: 'mouse' })
  // Rows are 28 pixels high, below a padding of 4.
  fireEvent.pointerDown(rowOf('b.txt'), at(4 + 28 + 14))
  fireEvent.pointerMove(scroller(), at(4 + 3 * 28 + 14))
  fireEvent.pointerUp(scroller(), at(4 + 3 * 28 + 14))
  expect(chosenNames()).toEqual(['b.txt', 'c.txt', 'd.txt'])
  fireEvent.pointerDown(rowOf('f.txt'), { ...at(4 + 5 * 28 + 14), ctrlKey: true })
  fireEvent.pointerMove(scroller(), at(4 + 6 * 28 + 14))
  fireEvent.pointerUp(scroller(), at(4 + 6 * 28 + 14))
  expect(chosenNames()).toEqual(['b.txt', 'c.txt', 'd.txt', 'f.txt', 'g.txt'])
  expect(page.daemon.asksOf('files.info').map(({ path }) => path)).not.toContain('/p/b.txt')
})

test('Enter opens a folder, whose first row has the focus, and Alt+Up leads back to where one was', async () => {
  const files = new FakeFiles(aFile('/p/one/a.txt'), aFile('/p/two/b.txt'), aFolder('/p/one'), aFolder('/p/two'))
  const page = await openFolder(files)
  await page.user.click(rowOf('one'))
  await page.user.keyboard('{ArrowDown}{Enter}')
  await waitFor(() => expect(names()).toEqual(['b.txt']))
  await waitFor(() => expect(focused()).toBe('b.txt'))
  await page.user.keyboard('{Alt>}{ArrowUp}{/Alt}')
  await waitFor(() => expect(chosenNames()).toEqual(['two']))
  await waitFor(() => expect(focused()).toBe('two'))
  expect(page.search()).toMatchObject({ path: '/p', sel: '/p/two' })
})

test('a double click opens a folder', async () => {
  const page = await openFolder(new FakeFiles(aFolder('/p/one'), aFile('/p/one/a.txt')))
  await page.user.dblClick(rowOf('one'))
  await waitFor(() => expect(names()).toEqual(['a.txt']))
})

test('Back finds the place and the choice again', async () => {
  const page = await openFolder(new FakeFiles(aFolder('/p/one'), aFile('/p/one/a.txt'), ...alphabetOf(60)))
  await page.user.click(rowOf('one'))
  await page.user.keyboard('{End}{Shift>}{ArrowUp}{/Shift}')
  const [top, selected] = [scroller().scrollTop, chosenNames()]
  expect(top).toBeGreaterThan(500)
  await page.user.keyboard('{Home}{Enter}')
  await waitFor(() => expect(names()).toEqual(['a.txt']))
  await page.user.keyboard('{Alt>}{ArrowLeft}{/Alt}')
  await waitFor(() => expect(rows().length).toBeGreaterThan(20))
  expect(scroller().scrollTop).toBe(0)
  expect(chosenNames()).toEqual(['one'])
  expect(selected).toEqual(['059.txt', '060.txt'])
})

function alphabetOf(many: number): Entry[] {
  return Array.from({ length: many }, (_, i) => aFile(`/p/${String(i + 1).padStart(3, '0')}.txt`))
}

/** `/p` with so many files, made as they are asked for. */
function hugeFolder(total: number): Answers {
  return {
    'files.list': ({ limit, offset, path }) => ({
      path,
      source: 'index',
      items: Array.from({ length: Math.min(limit, total - offset) }, (_, i) => aFile(`/p/${offset + i}.txt`)),
      total,
      online: true,
    }),
    'files.seek': ({ entryPath = '' }) => ({ offset: Number(/(\d+)\.txt/.exec(entryPath)?.[1] ?? 0) }),
    'files.info': () => {
      throw new Refusal('NotFound', 'nobody asks')
    },
  }
}

const offsets = (page: TestPage) => [...new Set(page.daemon.asksOf('files.list').map(({ offset }) => offset))]

test('of 100,000 rows the seen pages alone are asked for, and few are in the document', async () => {
  const page = await openFolder(new FakeFiles(), { answers: hugeFolder(100_000) })
  expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('100001')
  expect(rows().length).toBeLessThan(50)
  // The last page is there before somebody goes to the end.
  await waitFor(() => expect(offsets(page)).toEqual([0, 99_800]))
  await page.user.click(rowOf('0.txt'))
  await page.user.keyboard('{End}')
  await waitFor(() => expect(focused()).toBe('99999.txt'))
  expect(offsets(page)).toEqual([0, 99_800])
  scroller().scrollTop = 50_000 * 28
  fireEvent.scroll(scroller())
  await waitFor(() => expect(rowOf('50000.txt')).toBeTruthy())
  expect(offsets(page)).toEqual([0, 99_800, 49_800, 50_000])
  expect(rows().length).toBeLessThan(50)
})

test('a row that is not loaded yet stands there empty', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const huge = hugeFolder(100_000)
  await openFolder(new FakeFiles(), {
    answers: {
      ...huge,
      'files.list': async (input) => {
        if (input.offset > 0) await promise
        return huge['files.list']!(input)
      },
    },
  })
  scroller().scrollTop = 50_000 * 28
  fireEvent.scroll(scroller())
  await waitFor(() => expect(rows().some((row) => row.dataset['row'] === '50000')).toBe(true))
  expect(rowOf('50000.txt')).toBeUndefined()
  resolve()
  await waitFor(() => expect(rowOf('50000.txt')).toBeTruthy())
})

test('an address that names an entry far down shows it', async () => {
  await openFolder(new FakeFiles(), { answers: hugeFolder(100_000), query: '&sel=/p/70000.txt' })
  await waitFor(() => expect(chosenNames()).toEqual(['70000.txt']))
  expect(focused()).toBe('70000.txt')
})

const changed = { locationId: locationId(1), path: '/p', created: [], modified: [], deleted: [], more: false }

test('a file that comes appears, and what is chosen stays chosen', async () => {
  const files = alphabet()
  const page = await openFolder(files)
  await page.user.click(rowOf('c.txt'))
  files.add(aFile('/p/0 first.txt'), aFile('/p/b2.txt'))
  page.daemon.emit('entries.changed', changed)
  await waitFor(() => expect(names()).toContain('b2.txt'))
  await waitFor(() => expect(chosenNames()).toEqual(['c.txt']))
  expect(count()).toContain('1 selected · 1 kB')
})

test('a chosen file that goes is chosen no longer', async () => {
  const files = alphabet()
  const page = await openFolder(files)
  await page.user.click(rowOf('c.txt'))
  files.remove('/p/c.txt')
  page.daemon.emit('entries.changed', changed)
  await waitFor(() => expect(names()).not.toContain('c.txt'))
  await waitFor(() => expect(count()).toContain('25 items'))
})

test('a change elsewhere asks for nothing', async () => {
  const page = await openFolder(alphabet())
  await waitFor(() => expect(page.daemon.asksOf('files.info')).toHaveLength(1))
  const before = page.daemon.asksOf('files.list').length
  page.daemon.emit('entries.changed', { ...changed, path: '/other' })
  page.daemon.emit('tree.changed', { locationId: locationId(1), path: '/p' })
  await waitFor(() => expect(page.daemon.asksOf('files.list').length).toBe(before + 1))
})

test('a range stays chosen in another order', async () => {
  const sizes = { a: 50, b: 10, c: 40, d: 20, e: 30 }
  const files = new FakeFiles(...Object.entries(sizes).map(([name, size]) => aFile(`/p/${name}.txt`, { size })))
  const page = await openFolder(files)
  await page.user.click(rowOf('b.txt'))
  await page.user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}')
  await page.user.click(within(screen.getByRole('columnheader', { name: 'Size' })).getByRole('button'))
  await waitFor(() => expect(names()).toEqual(['a.txt', 'c.txt', 'e.txt', 'd.txt', 'b.txt']))
  await waitFor(() => expect(chosenNames()).toEqual(['c.txt', 'd.txt', 'b.txt']))
})

interface StateCase {
  readonly what: string
  readonly path: string
  readonly refusal?: Refusal
  readonly says: readonly string[]
  readonly button: string
}

const stateCases: readonly StateCase[] = [
  {
    what: 'an empty folder',
    path: '/p/empty',
    says: ['This folder is empty', 'A file that is put here appears by itself.'],
    button: 'To the folder above',
  },
  {
    what: 'a folder that is missing',
    path: '/p/gone',
    refusal: new Refusal('NotFound', '/p/gone does not exist'),
    says: ['There is no such folder', '/p/gone does not exist'],
    button: 'To the folder above',
  },
  {
    what: 'a folder that may not be read',
    path: '/p/secret',
    refusal: new Refusal('PermissionDenied', 'cannot read /p/secret: permission denied'),
    says: ['This folder may not be read', 'cannot read /p/secret: permission denied'],
    button: 'To the folder above',
  },
  {
    what: 'a folder that fails',
    path: '/p/broken',
    refusal: new Refusal('Internal', 'something went wrong'),
    says: ['This folder cannot be shown', 'something went wrong'],
    button: 'Try again',
  },
  {
    what: 'a folder of a device that has to allow it',
    path: 'local://bob/home',
    refusal: new Refusal('NotAuthorised', 'bob does not allow it'),
    says: ['bob has to allow it first', 'allow alice to look at folders'],
    button: 'Try again',
  },
  {
    what: 'a folder of a device that is away',
    path: 'local://bob/home',
    refusal: new Refusal('Offline', 'bob is not connected'),
    says: ['bob is not reachable', 'this opens by itself once it is connected'],
    button: 'Try again',
  },
]

test.for(stateCases)('$what says so, and what to do', async ({ button, path, refusal, says }) => {
  const files = new FakeFiles(aFolder('/p/empty'))
  await openPage(`/browse?path=${encodeURIComponent(path)}`, {
    answers: {
      ...files.answers,
      'network.devices': () => [aDevice('bob')],
      'network.status': () => aNetworkStatus(),
      ...(refusal && {
        'files.list': () => {
          throw refusal
        },
      }),
    },
  })
  const main = await screen.findByRole('main')
  for (const text of says) await waitFor(() => expect(main.textContent).toContain(text))
  expect(await within(main).findByRole('button', { name: button })).toBeTruthy()
})

test('a folder that failed is asked for again, and shown', async () => {
  const files = alphabet()
  const page = await openPage('/browse?path=/p', {
    answers: {
      ...files.answers,
      'files.list': () => {
        throw new Refusal('Internal', 'something went wrong')
      },
    },
  })
  const retry = await screen.findByRole('button', { name: 'Try again' })
  page.daemon.answer(files.answers)
  await page.user.click(retry)
  await waitFor(() => expect(names()).toContain('a.txt'))
})

test('what the daemon says of a missing folder is German, with its own words below', async () => {
  await openPage('/browse?path=/p/gone', { answers: new FakeFiles().answers, locale: 'de' })
  const title = await screen.findByRole('heading', { name: 'Diesen Ordner gibt es nicht' })
  const text = title.parentElement!
  expect(text.textContent).toContain('Das gibt es nicht oder nicht mehr.')
  expect(text.querySelector('[lang=en]')?.textContent).toBe('/p/gone does not exist')
})

test('a folder whose disk is unplugged stays, and says which disk to plug in', async () => {
  const files = alphabet()
  files.online = false
  await openFolder(files, {
    answers: {
      'locations.list': () => [aLocation('/p', { volumeId: volumeId(5), state: 'offline' })],
      'volumes.list': () => [aVolume('Backup', { id: volumeId(5), online: false })],
    },
  })
  await waitFor(() =>
    expect(count()).toContain('Plug in Backup to open these files. This is what the index remembers.'),
  )
})

test('a folder that was moved on a mounted disk is not said to be on an unplugged one', async () => {
  const files = alphabet()
  files.online = false
  await openFolder(files, {
    answers: {
      'locations.list': () => [
        aLocation('/p', { volumeId: volumeId(5), state: 'offline', error: '/p does not exist' }),
      ],
      'volumes.list': () => [aVolume('Root', { id: volumeId(5) })],
    },
  })
  await waitFor(() =>
    expect(count().join('')).toContain(
      'The folder of p cannot be opened, although Root is connected. (/p does not exist) If it was moved or renamed, put it back. If it was deleted, remove the location. This is what the index remembers.',
    ),
  )
  expect(count().join('')).not.toContain('Plug in')
  expect(screen.getByRole('link', { name: 'Show the locations' }).getAttribute('href')).toBe('/locations')
})

test('a folder that is not indexed says so, and is indexed at a click', async () => {
  const files = alphabet()
  files.source = 'disk'
  const page = await openFolder(files, { answers: { 'locations.list': () => [] } })
  page.daemon.answer({
    'locations.add': ({ path }) => anAddedLocation(path),
  })
  await page.user.click(await screen.findByRole('button', { name: 'Index this folder: p' }))
  await waitFor(() => expect(page.daemon.asksOf('locations.add')).toEqual([{ path: '/p' }]))
})

test('what could not be indexed is said, and stays until it is closed', async () => {
  const files = alphabet()
  files.source = 'disk'
  const page = await openFolder(files, {
    answers: {
      'locations.list': () => [],
      'locations.add': () => {
        throw new Refusal('Conflict', '/p lies in another location')
      },
    },
  })
  await page.user.click(await screen.findByRole('button', { name: 'Index this folder: p' }))
  expect(await toastOf('This folder cannot be indexed')).toBeTruthy()
  expect(await toastOf('/p lies in another location')).toBeTruthy()
})

test('the folders of another device have neither a search box nor views that only an index can fill', async () => {
  const files = new FakeFiles(aFile('local://bob/home/a.txt'))
  await openPage('/browse?path=local://bob/home', {
    answers: { ...files.answers, 'network.devices': () => [aDevice('bob', { name: 'Bob’s laptop' })] },
  })
  await waitFor(() => expect(names()).toEqual(['a.txt']))
  expect(screen.queryByRole('searchbox')).toBeNull()
  expect(within(screen.getByRole('group', { name: 'View' })).getAllByRole('button')).toHaveLength(3)
  expect(screen.getByRole('navigation', { name: 'Path' }).textContent).toContain('Bob’s laptop')
})

test('the path leads to the folders above, from the location on', async () => {
  // So long that only the last one finds room.
  const long = 'e'.repeat(118)
  const page = await openPage(`/browse?path=/p/a/${long}`, {
    answers: {
      ...new FakeFiles(aFile(`/p/a/${long}/x.txt`), aFolder(`/p/a/${long}`)).answers,
      'locations.list': () => [aLocation('/p', { name: 'Papers' })],
    },
  })
  await waitFor(() => expect(names()).toEqual(['x.txt']))
  const path = screen.getByRole('navigation', { name: 'Path' })
  expect(within(path).getByRole('heading', { level: 1 }).textContent).toContain(long)
  expect(within(path).queryByText('a')).toBeNull()
  await page.user.click(within(path).getByRole('button', { name: 'Folders above' }))
  const above = await screen.findAllByRole('menuitem')
  expect(above.map((each) => each.textContent)).toEqual(['a', 'Papers'])
  await page.user.click(above[1]!)
  await waitFor(() => expect(page.search()).toMatchObject({ path: '/p' }))
})

test('the path shows all folders that find room', async () => {
  await openPage('/browse?path=/p/a/b/c/d/e', {
    answers: {
      ...new FakeFiles(aFile('/p/a/b/c/d/e/x.txt'), aFolder('/p/a/b/c/d')).answers,
      'locations.list': () => [aLocation('/p', { name: 'Papers' })],
    },
  })
  const path = await screen.findByRole('navigation', { name: 'Path' })
  await waitFor(() => expect(path.textContent).toBe('Papersabcde'))
  expect(within(path).queryByRole('button', { name: 'Folders above' })).toBeNull()
})

test('a path is typed after Ctrl+G, with folders offered, and Escape keeps the old one', async () => {
  const files = new FakeFiles(
    aFolder('/p/Pictures'),
    aFolder('/p/Pictures/Iceland'),
    aFile('/p/Pictures/Iceland/a.txt'),
  )
  const page = await openFolder(files)
  await page.user.keyboard('{Control>}g{/Control}')
  const field = await screen.findByRole('combobox', { name: 'Path' })
  expect(document.activeElement).toBe(field)
  await page.user.clear(field)
  await page.user.type(field, '/p/pic')
  expect(await screen.findByRole('option', { name: '/p/Pictures' })).toBeTruthy()
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('combobox', { name: 'Path' })).toBeNull())
  expect(page.search()).toMatchObject({ path: '/p' })
  await page.user.keyboard('{Control>}g{/Control}')
  await page.user.clear(await screen.findByRole('combobox', { name: 'Path' }))
  await page.user.paste('"/p/Pictures/Iceland/"')
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(names()).toEqual(['a.txt']))
})

test('the path of a file leads to its folder, where it is chosen; ~ is the home folder', async () => {
  const files = new FakeFiles(
    aFolder('/home/me/docs'),
    aFile('/home/me/docs/a.txt'),
    aFile('/home/me/docs/b.txt'),
    aFile('/p/x.txt'),
  )
  const home = { kind: 'home' as const, path: '/home/me', name: 'me', estimate: null }
  const page = await openFolder(files, { answers: { 'system.places': () => [home] } })
  await page.user.keyboard('{Control>}g{/Control}')
  const field = await screen.findByRole('combobox', { name: 'Path' })
  await waitFor(() => expect(page.daemon.asksOf('system.places')).toHaveLength(1))
  await page.user.clear(field)
  await page.user.paste('~/docs/b.txt')
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(chosenNames()).toEqual(['b.txt']))
  expect(page.search()).toMatchObject({ path: '/home/me/docs', sel: '/home/me/docs/b.txt' })
})

test('the search box of a folder searches in it', async () => {
  const page = await openFolder(alphabet())
  page.daemon.answer({
    'search.files': ({ query }) => ({ query, total: 0, totalIsExact: true, tookMs: 1, items: [], cursor: null }),
  })
  await page.user.keyboard('/')
  expect(document.activeElement).toBe(screen.getByRole('searchbox', { name: 'Search in this folder' }))
  await page.user.keyboard('whale')
  await waitFor(() => expect(page.address()).toMatch(/^\/search/))
  expect(page.search()).toMatchObject({ q: 'whale', in: ['/p'] })
})

const viewKeys = [
  { key: '1', view: 'grid' },
  { key: '2', view: 'list' },
  { key: '3', view: 'columns' },
]

test.for(viewKeys)('Alt+$key shows the folder as $view, and the next folder too', async ({ key, view }) => {
  const page = await openFolder(new FakeFiles(aFolder('/p/one'), aFile('/p/one/a.txt')))
  await page.user.keyboard(`{Alt>}${key}{/Alt}`)
  await waitFor(() => expect(page.search()).toMatchObject({ view }))
  const pressed = within(screen.getByRole('group', { name: 'View' })).getByRole('button', { pressed: true })
  expect(pressed.getAttribute('aria-label')?.toLowerCase()).toBe(view)
})

test('tiles stand side by side, and arrows go to all sides', async () => {
  const page = await openFolder(alphabet(), { query: '&view=grid' })
  const grid = screen.getByRole('grid')
  // 1,000 pixels, tiles of 144 with 12 between them.
  expect(grid.getAttribute('aria-colcount')).toBe('6')
  expect(grid.getAttribute('aria-rowcount')).toBe('5')
  await page.user.click(rowOf('a.txt'))
  await page.user.keyboard('{ArrowRight}{ArrowDown}')
  await waitFor(() => expect(focused()).toBe('h.txt'))
  await page.user.keyboard('{ArrowLeft}{ArrowLeft}{ArrowLeft}')
  expect(focused()).toBe('e.txt')
})

test('larger tiles leave room for fewer', async () => {
  const page = await openFolder(alphabet(), { query: '&view=grid' })
  fireEvent.change(screen.getByRole('slider', { name: 'Size of the tiles' }), { target: { value: '320' } })
  await waitFor(() => expect(screen.getByRole('grid').getAttribute('aria-colcount')).toBe('2'))
  expect(page.search()).not.toHaveProperty('tileSize')
})

test('a film has its length, a Live Photo its sign, and a folder pictures of what is in it', async () => {
  const thumb = {
    hash: null,
    width: 4,
    height: 3,
    durationMs: 187_000,
    color: null,
    ready: ['grid@2x'],
    version: 'v',
    state: 'ready' as const,
    error: null,
  }
  const files = new FakeFiles(
    aFile('/p/film.mp4', { thumb, contentId: contentId(3) }),
    aFile('/p/live.jpg', { livePhoto: true }),
    aFolder('/p/trip', { childCount: 2 }),
    aFile('/p/trip/1.jpg', { thumb, contentId: contentId(4) }),
  )
  await openFolder(files, { query: '&view=grid' })
  expect(rowOf('film.mp4').textContent).toContain('3:07')
  expect(rowOf('live.jpg').textContent).toContain('Live Photo')
  await waitFor(() =>
    expect(rowOf('trip').querySelector('img')?.getAttribute('src')).toContain('/thumbs/grid%402x.webp?v=v'),
  )
})

test('thumbnails that are missing among the seen rows are wanted, and no others', async () => {
  const pending = {
    hash: null,
    width: null,
    height: null,
    durationMs: null,
    color: null,
    ready: [],
    version: '',
    state: 'pending' as const,
    error: null,
  }
  const files = new FakeFiles(
    aFile('/p/a.jpg', { thumb: pending, contentId: contentId(3) }),
    aFile('/p/b.jpg', { thumb: { ...pending, state: 'ready' }, contentId: contentId(4) }),
  )
  const page = await openFolder(files, { query: '&view=grid' })
  await waitFor(() => expect(page.daemon.asksOf('sidecars.want').at(-1)?.contentIds).toEqual([contentId(3)]))
})

test('columns wait for the locations: none comes or goes later', async () => {
  const locations = Promise.withResolvers<ReturnType<typeof aLocation>[]>()
  const files = new FakeFiles(aFolder('/home/p/box', { childCount: 1 }), aFile('/home/p/box/deep.txt'))
  await openPage('/browse?path=/home/p/box&view=columns', {
    answers: { ...files.answers, 'locations.list': () => locations.promise },
  })
  await screen.findByText('1 item')
  expect(screen.queryByText('deep.txt')).toBeNull()
  locations.resolve([aLocation('/home/p')])
  await screen.findByText('deep.txt')
  expect(screen.getAllByRole('list', { name: /^Contents of / }).map((each) => each.getAttribute('aria-label'))).toEqual(
    ['Contents of p'],
  )
})

test('columns show the folder above beside, and arrows go in and out', async () => {
  const files = new FakeFiles(
    aFolder('/p/one'),
    aFolder('/p/one/deep'),
    aFile('/p/one/deep/a.txt'),
    aFolder('/p/two'),
    aFile('/p/two/b.txt'),
  )
  const page = await openFolder(files, { query: '&view=columns' })
  await page.user.click(rowOf('one'))
  const beside = await screen.findByRole('list', { name: 'Contents of one' })
  await waitFor(() => expect(beside.textContent).toContain('deep'))
  await page.user.keyboard('{ArrowRight}')
  await waitFor(() => expect(names()).toEqual(['deep']))
  const above = screen.getByRole('list', { name: 'Contents of p' })
  await waitFor(() => expect(within(above).getByRole('button', { current: true }).textContent).toContain('one'))
  await page.user.keyboard('{ArrowLeft}')
  await waitFor(() => expect(page.search()).toMatchObject({ path: '/p', sel: '/p/one' }))
  await waitFor(() => expect(chosenNames()).toEqual(['one']))
})

/** Opens the menu of a row, as a right click does. */
async function menuOf(page: TestPage, name: string): Promise<HTMLElement> {
  await page.user.pointer({ keys: '[MouseRight]', target: rowOf(name) })
  return screen.findByRole('menu')
}

test('the menu of a file copies its path, opens it with its program, and shows its details', async () => {
  const page = await openFolder(alphabet(), { answers: { 'files.open': ({ path }) => ({ path, program: 'Notes' }) } })
  let menu = await menuOf(page, 'c.txt')
  expect(chosenNames()).toEqual(['c.txt'])
  await page.user.click(within(menu).getByRole('menuitem', { name: /^Copy path/ }))
  expect(await navigator.clipboard.readText()).toBe('/p/c.txt')
  menu = await menuOf(page, 'd.txt')
  await page.user.click(within(menu).getByRole('menuitem', { name: 'Open with its application' }))
  await waitFor(() => expect(page.daemon.asksOf('files.open')).toEqual([{ path: '/p/d.txt' }]))
  menu = await menuOf(page, 'd.txt')
  await page.user.click(within(menu).getByRole('menuitem', { name: /^Show details/ }))
  await waitFor(() => expect(page.search()).toMatchObject({ inspector: true }))
})

test('the menu of one of several that are chosen is about all of them', async () => {
  const page = await openFolder(alphabet(), {
    answers: {
      'network.devices': () => [aDevice('bob')],
      'offers.send': () => {
        throw new Refusal('Offline', 'bob has gone')
      },
    },
  })
  await page.user.click(rowOf('a.txt'))
  await page.user.keyboard('{Shift>}{ArrowDown}{ArrowDown}{/Shift}')
  const menu = await menuOf(page, 'b.txt')
  expect(chosenNames()).toEqual(['a.txt', 'b.txt', 'c.txt'])
  await page.user.click(within(menu).getByRole('menuitem', { name: 'Send to device' }))
  await page.user.click(await screen.findByRole('menuitem', { name: 'bob' }))
  await waitFor(() =>
    expect(page.daemon.asksOf('offers.send')[0]).toMatchObject({ paths: ['/p/a.txt', '/p/b.txt', '/p/c.txt'] }),
  )
  expect(await toastOf('That could not be offered to bob')).toBeTruthy()
})

test('files cannot be sent where no device is connected, and the menu says so', async () => {
  const page = await openFolder(alphabet(), {
    answers: { 'network.devices': () => [aDevice('bob', { state: 'disconnected' })] },
  })
  const menu = await menuOf(page, 'b.txt')
  const item = within(menu).getByRole('menuitem', { name: /^Send to device/ })
  expect(item.textContent).toContain('No paired device is connected')
  expect(item.getAttribute('aria-disabled')).toBe('true')
})

test('a name shows what cannot be seen in it, and stays text', async () => {
  await openFolder(new FakeFiles(aFile('/p/photo\u202Egpj.exe'), aFile('/p/<img src=x onerror=alert(1)>.txt')))
  expect(screen.getByText('U+202E')).toBeTruthy()
  expect(document.querySelector('[role="grid"] img[src="x"]')).toBeNull()
  expect(scroller().textContent).toContain('<img src=x onerror=alert(1)>.txt')
})
