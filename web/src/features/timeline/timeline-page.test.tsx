// @vitest-environment happy-dom
import { openPage, type TestPage } from '../../../testing/page.tsx'
import type { OutputOf } from '@spacedrive/client'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aFile, aFolder, aLocation, anAddedLocation, locationId } from '../../../testing/things.ts'

type Item = OutputOf<'media.list'>['items'][number]

/** A photo that was taken on a day: `2024-06-03`. */
function aPhoto(name: string, day: string, other: Partial<Item> = {}): Item {
  const taken = { takenAt: `${day}T12:00:00`, takenFrom: 'metadata' as const, location: null, online: true }
  return { ...aFile(`/p/${name}`), ...taken, ...other }
}

/** Photos as the operations on media tell of them, the newest first. */
function media(items: readonly Item[]): Answers {
  const of = (types: readonly string[] | undefined) =>
    items
      .filter(({ type }) => !types || types.length === 0 || types.includes(type))
      .toSorted((a, b) => b.takenAt.localeCompare(a.takenAt) || b.name.localeCompare(a.name))
  return {
    ...new FakeFiles(...items).answers,
    'media.facets': () => ({ cameras: [], located: 0, places: [], truncated: false }),
    'media.timeline': ({ types }) => {
      const shown = of(types)
      const days = Map.groupBy(shown, ({ takenAt }) => takenAt.slice(0, 10))
      const months = Map.groupBy(shown, ({ takenAt }) => takenAt.slice(0, 7))
      const fromFile = (some: readonly Item[]) => some.filter(({ takenFrom }) => takenFrom === 'file').length
      return {
        total: shown.length,
        months: [...months].map(([month, some]) => ({ month, count: some.length, fromFile: fromFile(some) })),
        days: [...days].map(([day, some]) => ({ day, count: some.length, fromFile: fromFile(some) })),
        basis: { metadata: shown.length - fromFile(shown), file: fromFile(shown) },
      }
    },
    'media.list': ({ limit, offset, types }) => {
      const shown = of(types)
      return { items: shown.slice(offset, offset + limit), total: shown.length }
    },
    'media.seek': ({ entryPath, types }) => {
      const row = of(types).findIndex(({ path }) => path === entryPath)
      return { offset: row === -1 ? null : row }
    },
  }
}

const three = [aPhoto('c.jpg', '2024-06-03'), aPhoto('b.jpg', '2024-06-02'), aPhoto('a.jpg', '2023-01-01')]

async function openTimeline(
  items: readonly Item[] = three,
  to = '/timeline',
  answers: Answers = {},
): Promise<TestPage> {
  const page = await openPage(to, { answers: { ...media(items), ...answers } })
  await waitFor(() => expect(names().length > 0).toBe(items.length > 0))
  return page
}

const tiles = () => [...document.querySelectorAll<HTMLElement>('[role="gridcell"][data-row]')]
const nameOf = (tile: Element | null | undefined) => tile?.getAttribute('aria-label')?.split(',')[0] ?? ''
const names = () => tiles().map(nameOf).filter(Boolean)
const photo = (name: string) => tiles().find((tile) => nameOf(tile) === name)!
const chosen = () =>
  tiles()
    .filter((tile) => tile.getAttribute('aria-selected') === 'true')
    .map(nameOf)
const focused = () => nameOf(document.activeElement)
const scrubber = () => screen.getByRole('slider', { name: 'Go to a day' })

test('photos stand by day, the newest first, and say what their date is from', async () => {
  await openTimeline([...three, aPhoto('x.jpg', '2023-01-01', { takenFrom: 'file' })])
  expect(screen.getAllByRole('heading', { level: 2 }).map((each) => each.textContent)).toEqual(
    expect.arrayContaining(['Mon, June 3, 2024', 'Sun, June 2, 2024', 'Sun, January 1, 2023']),
  )
  expect(names()).toEqual(['c.jpg', 'b.jpg', 'x.jpg', 'a.jpg'])
  expect(photo('c.jpg').getAttribute('aria-label')).toMatch(/^c\.jpg, Taken Jun 3, 2024.*, from the photograph$/)
  expect(photo('x.jpg').getAttribute('aria-label')).toContain('from the file: nothing in it says when it was taken')
  expect(screen.getByText('2 · 1 dated by its file')).toBeTruthy()
  expect(screen.getByText('4 photos and films')).toBeTruthy()
})

test('a film and a photo whose disk is away say so', async () => {
  await openTimeline([aPhoto('film.mp4', '2024-06-03'), aPhoto('b.jpg', '2024-06-02', { online: false })])
  expect(photo('film.mp4').getAttribute('aria-label')).toContain('Video, Taken')
  expect(photo('b.jpg').getAttribute('aria-label')).toContain(', offline')
})

const keyCases = [
  { from: 'c.jpg', keys: '{ArrowRight}', focus: 'b.jpg', chosen: ['b.jpg'] },
  { from: 'c.jpg', keys: '{ArrowLeft}', focus: 'c.jpg', chosen: ['c.jpg'] },
  { from: 'b.jpg', keys: '{ArrowDown}', focus: 'a.jpg', chosen: ['a.jpg'] },
  { from: 'a.jpg', keys: '{ArrowUp}', focus: 'b.jpg', chosen: ['b.jpg'] },
  { from: 'a.jpg', keys: '{Shift>}{Home}{/Shift}', focus: 'c.jpg', chosen: ['c.jpg', 'b.jpg', 'a.jpg'] },
  { from: 'c.jpg', keys: '{End}', focus: 'a.jpg', chosen: ['a.jpg'] },
  {
    from: 'c.jpg',
    keys: '{Control>}{ArrowRight}{ArrowRight}[Space]{/Control}',
    focus: 'a.jpg',
    chosen: ['c.jpg', 'a.jpg'],
  },
]

test('keys go through the timeline across days', async () => {
  const page = await openTimeline()
  for (const { chosen: expected, focus, from, keys } of keyCases) {
    await page.user.click(photo(from))
    await page.user.keyboard(keys)
    await waitFor(() => expect({ from, keys, focus: focused() }).toEqual({ from, keys, focus }))
    expect({ from, keys, chosen: chosen() }).toEqual({ from, keys, chosen: expected })
  }
})

test('several are chosen by Ctrl and by Shift, all by Ctrl+A, none by Escape', async () => {
  const page = await openTimeline()
  fireEvent.click(photo('c.jpg'))
  fireEvent.click(photo('a.jpg'), { ctrlKey: true })
  expect(chosen()).toEqual(['c.jpg', 'a.jpg'])
  fireEvent.click(photo('b.jpg'), { shiftKey: true })
  expect(chosen()).toEqual(['b.jpg', 'a.jpg'])
  await page.user.keyboard('{Control>}a{/Control}')
  expect(screen.getByText('3 selected')).toBeTruthy()
  await page.user.keyboard('{Escape}')
  expect(chosen()).toEqual([])
})

test('a press on the page in the sidebar leads to the photos, and arrow keys go on from there', async () => {
  const page = await openPage('/jobs', { answers: media(three) })
  await page.user.click(await screen.findByRole('link', { name: /^Photos and films/ }))
  await waitFor(() => expect(focused()).toBe('c.jpg'))
  await page.user.keyboard('{ArrowRight}')
  await waitFor(() => expect(chosen()).toEqual(['c.jpg']))
  await page.user.keyboard('{ArrowRight}')
  await waitFor(() => expect(focused()).toBe('b.jpg'))
  expect(chosen()).toEqual(['b.jpg'])
})

test('Escape closes the inspector, and the next one does not open it again', async () => {
  const page = await openTimeline()
  await page.user.click(photo('b.jpg'))
  await page.user.keyboard('{Alt>}{Enter}{/Alt}')
  await screen.findByRole('complementary', { name: 'Inspector' })
  await page.user.keyboard('{Escape}{Escape}')
  await waitFor(() => expect(screen.queryByRole('complementary', { name: 'Inspector' })).toBeNull())
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(page.search()).not.toHaveProperty('inspector'))
  expect(screen.queryByRole('complementary', { name: 'Inspector' })).toBeNull()
})

test('the preview goes on through the timeline', async () => {
  const page = await openTimeline()
  await page.user.click(photo('a.jpg'))
  await page.user.keyboard(' ')
  await screen.findByRole('dialog', { name: 'Preview of a.jpg' })
  await page.user.keyboard('{ArrowLeft}')
  expect(await screen.findByRole('dialog', { name: 'Preview of b.jpg' })).toBeTruthy()
  expect(screen.getByText('2 of 3')).toBeTruthy()
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(chosen()).toEqual(['b.jpg'])
})

test('an address that names a photo chooses it, and a click is in the address', async () => {
  const page = await openTimeline(three, '/timeline?sel=/p/b.jpg')
  await waitFor(() => expect(chosen()).toEqual(['b.jpg']))
  await page.user.click(photo('a.jpg'))
  await waitFor(() => expect(page.search()).toMatchObject({ sel: '/p/a.jpg' }))
})

test('photos or films alone are shown, and what is chosen stays so where it is among them', async () => {
  const page = await openTimeline([...three, aPhoto('film.mp4', '2022-01-01')])
  await page.user.click(photo('b.jpg'))
  const kinds = () => screen.getByRole('group', { name: 'What is shown' })
  await page.user.click(within(kinds()).getByRole('button', { name: 'Photos only' }))
  await waitFor(() => expect(names()).toEqual(['c.jpg', 'b.jpg', 'a.jpg']))
  await waitFor(() => expect(chosen()).toEqual(['b.jpg']))
  await page.user.click(within(kinds()).getByRole('button', { name: 'Films only' }))
  await waitFor(() => expect(names()).toEqual(['film.mp4']))
  expect(page.search()).toMatchObject({ only: 'video' })
})

test('where there are no films the way back to all is one button', async () => {
  const page = await openTimeline([], '/timeline?only=video', media(three))
  await screen.findByRole('heading', { name: 'No films here' })
  await page.user.click(screen.getAllByRole('button', { name: 'Photos and films' }).at(-1)!)
  await waitFor(() => expect(names()).toHaveLength(3))
})

/** So many photos of a month. */
const month = (of: string, many: number) =>
  Array.from({ length: many }, (_, i) => aPhoto(`${of} ${String(i + 10)}.jpg`, `${of}-15`))

const scrubbing = [
  { keys: '{ArrowDown}', text: 'Wed, May 15, 2024, 60 photos and films' },
  { keys: '{PageDown}', text: 'Fri, March 15, 2019, 60 photos and films' },
  { keys: '{PageUp}', text: 'Sat, June 15, 2024, 60 photos and films' },
  { keys: '{End}', text: 'Fri, March 15, 2019, 60 photos and films' },
  { keys: '{Home}', text: 'Sat, June 15, 2024, 60 photos and films' },
]

test('the scrubber goes by day and by year, and says where it is', async () => {
  const page = await openTimeline([...month('2024-06', 60), ...month('2024-05', 60), ...month('2019-03', 60)])
  await waitFor(() => expect(scrubber().getAttribute('aria-valuetext')).toBe('Sat, June 15, 2024, 60 photos and films'))
  scrubber().focus()
  for (const { keys, text } of scrubbing) {
    await page.user.keyboard(keys)
    await waitFor(() => expect({ keys, text: scrubber().getAttribute('aria-valuetext') }).toEqual({ keys, text }))
  }
})

test('a press at the end of the scrubber shows the oldest', async () => {
  await openTimeline([...month('2024-06', 60), ...month('2019-03', 60)])
  fireEvent.pointerDown(scrubber(), { clientY: 559, button: 0, pointerId: 1 })
  fireEvent.pointerUp(scrubber())
  await waitFor(() => expect(names()).toContain('2019-03 10.jpg'))
  fireEvent.pointerMove(scrubber(), { clientY: 12 })
  expect(screen.getAllByText('Sat, June 15, 2024').length).toBeGreaterThan(0)
})

test('of thousands the seen pages alone are asked for, and few are in the document', async () => {
  const page = await openTimeline([...month('2024-06', 2_000), aPhoto('first.jpg', '2001-01-01')])
  await page.user.click(tiles()[0]!)
  await page.user.keyboard('{End}')
  await waitFor(() => expect(focused()).toBe('first.jpg'))
  expect(tiles().length).toBeLessThan(200)
  const offsets = new Set(page.daemon.asksOf('media.list').map(({ offset }) => offset))
  expect(offsets.size).toBeLessThanOrEqual(4)
  expect(offsets).toContain(2_000)
})

test('a photo that comes appears, and what is chosen stays', async () => {
  const page = await openTimeline()
  await page.user.click(photo('b.jpg'))
  page.daemon.answer(media([...three, aPhoto('later.jpg', '2024-07-15')]))
  page.daemon.emit('tree.changed', { locationId: locationId(1), path: '/p' })
  await waitFor(() => expect(names()).toContain('later.jpg'))
  await waitFor(() => expect(chosen()).toEqual(['b.jpg']))
})

const undated = [...three, aPhoto('scan.jpg', '2023-01-01', { takenFrom: 'file' })]
const shallow = [
  aLocation('/p', { id: locationId(1), mode: 'content' }),
  aLocation('/papers', { id: locationId(2), mode: 'deep' }),
]
const offer = () => screen.queryByRole('region', { name: 'Dates of photos' })

test('photos whose dates were not read are offered to be read, and only those', async () => {
  const updates: Answers = { 'locations.list': () => shallow, 'locations.update': () => shallow[0]! }
  const page = await openTimeline(undated, '/timeline', updates)
  await waitFor(() => expect(offer()?.textContent).toContain('photos of p are not read yet'))
  page.daemon.answer({ 'locations.list': () => shallow.map((each) => ({ ...each, mode: 'deep' as const })) })
  await page.user.click(within(offer()!).getByRole('button', { name: 'Read them' }))
  await waitFor(() =>
    expect(page.daemon.asksOf('locations.update')).toEqual([{ location: locationId(1), mode: 'deep' }]),
  )
  page.daemon.emit('location.state-changed', { locationId: locationId(1), state: 'scanning', error: null })
  await waitFor(() => expect(offer()).toBeNull())
})

test('a refused offer is not made again, and a reason says why one did not work', async () => {
  const page = await openTimeline(undated, '/timeline', {
    'locations.list': () => shallow,
    'locations.update': () => {
      throw new Refusal('Offline', 'the disk of /p is not plugged in')
    },
  })
  await waitFor(() => expect(offer()).toBeTruthy())
  await page.user.click(within(offer()!).getByRole('button', { name: 'Read them' }))
  expect(await screen.findByText(/the disk of \/p is not plugged in/)).toBeTruthy()
  await page.user.click(within(offer()!).getByRole('button', { name: 'Do not read them' }))
  await waitFor(() => expect(offer()).toBeNull())
  expect(JSON.parse(localStorage.getItem('spacedrive')!)).toMatchObject({
    state: { declinedDates: [locationId(1)] },
  })
})

test('where all dates are those of photos, nothing is offered', async () => {
  const page = await openTimeline(three, '/timeline', { 'locations.list': () => shallow })
  await waitFor(() => expect(page.daemon.asksOf('media.timeline')).not.toEqual([]))
  expect(offer()).toBeNull()
})

test('a photo leads to its folder by its menu', async () => {
  const page = await openTimeline()
  await page.user.pointer({ keys: '[MouseRight]', target: photo('b.jpg') })
  await page.user.click(await screen.findByRole('menuitem', { name: 'Show in its folder' }))
  await waitFor(() => expect(page.search()).toMatchObject({ path: '/p', sel: '/p/b.jpg' }))
})

test('a library without photos says so; a folder that is not indexed can be', async () => {
  await openTimeline([])
  expect(await screen.findByRole('heading', { name: 'No photos or films here' })).toBeTruthy()
})

test('the timeline of a folder that is not indexed has it indexed at a click', async () => {
  const page = await openPage('/browse?path=/p&view=timeline', {
    answers: {
      ...new FakeFiles(aFolder('/p')).answers,
      'media.timeline': () => {
        throw new Refusal('Unavailable', '/p is not indexed')
      },
      'locations.add': ({ path }) => anAddedLocation(path),
    },
  })
  await page.user.click(await screen.findByRole('button', { name: 'Index this folder' }))
  await waitFor(() => expect(page.daemon.asksOf('locations.add')).toEqual([{ path: '/p' }]))
})

test('a timeline that fails is tried again', async () => {
  const page = await openTimeline([], '/timeline', {
    'media.timeline': () => {
      throw new Refusal('Internal', 'the index is broken')
    },
  })
  await screen.findByText('The timeline cannot be shown')
  page.daemon.answer(media(three))
  await page.user.click(screen.getByRole('button', { name: 'Try again' }))
  await waitFor(() => expect(names()).toHaveLength(3))
})

test('the inspector says when the chosen photo was taken', async () => {
  await openTimeline(three, '/timeline?sel=/p/b.jpg&inspector=true')
  const inspector = await screen.findByRole('complementary', { name: 'Inspector' })
  await waitFor(() => expect(inspector.textContent).toContain('Taken Jun 2, 2024'))
})
