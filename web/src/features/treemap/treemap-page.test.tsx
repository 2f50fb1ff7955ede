// @vitest-environment happy-dom
import { openPage } from '../../../testing/page.tsx'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aFile, aLocation, locationId } from '../../../testing/things.ts'
import type { FolderSize } from './treemap-layout.ts'

const file = (path: string, size: number, type: FolderSize['type'] = 'text'): FolderSize => ({
  name: path.slice(path.lastIndexOf('/') + 1),
  path,
  kind: 'file',
  type,
  size,
  files: 1,
})
const folder = (path: string, children: FolderSize[], rest?: FolderSize['rest']): FolderSize => ({
  ...file(
    path,
    children.reduce((sum, { size }) => sum + size, rest?.size ?? 0),
    'unknown',
  ),
  kind: 'directory',
  files: children.reduce((sum, { files }) => sum + files, rest?.count ?? 0),
  children,
  ...(rest && { rest }),
})

const large = folder('/p/large', [
  file('/p/large/film.mp4', 600_000, 'video'),
  file('/p/large/photo.jpg', 100_000, 'image'),
])
const whole = folder('/p', [large, file('/p/small.txt', 200_000)])

async function openSizes(sizes: FolderSize = whole, answers: Answers = {}) {
  const page = await openPage('/browse?path=/p&view=size', {
    answers: {
      ...new FakeFiles(aFile('/p/small.txt'), aFile('/p/large/film.mp4')).answers,
      'files.sizes': ({ path }) => (path === '/p/large' ? large : sizes),
      'locations.list': () => [aLocation('/p')],
      ...answers,
    },
  })
  await screen.findByRole('table')
  return page
}

const table = () => screen.getByRole('table')
const rows = () =>
  within(table())
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent)
const button = (name: string) => within(table()).getByRole('button', { name })
const map = () => screen.getByRole('img', { name: /^Map of/ })
const tile = (name: string) =>
  [...map().querySelectorAll<HTMLElement>('[data-tile]')].find((each) => each.title.startsWith(`${name}\n`))

test('the table says what takes the room: how much, which part, how many files', async () => {
  await openSizes()
  expect(rows()).toEqual([expect.stringContaining('700 kB78%2'), expect.stringContaining('200 kB22%1')])
  expect(screen.getByRole('status').textContent).toBe('3 items · 900 kB')
})

test('the map says the same: each area is a size, and folders have their contents in them', async () => {
  await openSizes()
  await waitFor(() => expect(tile('film.mp4')).toBeTruthy())
  const area = (name: string) => {
    const { height, width } = tile(name)!.style
    return Number.parseFloat(width) * Number.parseFloat(height)
  }
  expect(area('large')).toBeGreaterThan(3 * area('small.txt'))
  expect(area('film.mp4')).toBeGreaterThan(area('photo.jpg'))
  expect(tile('film.mp4')!.style.getPropertyValue('--kind')).toBe('var(--kind-video)')
})

test('the colours that are there are explained, and no others', async () => {
  await openSizes()
  const legend = within(screen.getByRole('list', { name: 'Colours' })).getAllByRole('listitem')
  expect(legend.map((each) => each.textContent)).toEqual(['Images', 'Videos', 'Documents'])
})

test('a click on a folder of the map goes in, and Alt+Up goes out', async () => {
  const page = await openSizes()
  await waitFor(() => expect(tile('large')).toBeTruthy())
  await page.user.click(tile('large')!)
  await waitFor(() => expect(page.search()).toMatchObject({ path: '/p/large', view: 'size' }))
  await waitFor(() => expect(rows()[0]).toContain('600 kB86%'))
  await page.user.keyboard('{Alt>}{ArrowUp}{/Alt}')
  await waitFor(() => expect(page.search()).toMatchObject({ path: '/p', view: 'size' }))
})

test('a click on a file chooses it, a double click previews it, Escape lets it go', async () => {
  const page = await openSizes()
  await waitFor(() => expect(tile('small.txt')).toBeTruthy())
  await page.user.click(tile('small.txt')!)
  await waitFor(() => expect(button('small.txt').getAttribute('aria-current')).toBe('true'))
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(page.search()).not.toHaveProperty('sel'))
  await page.user.dblClick(tile('small.txt')!)
  expect(await screen.findByRole('dialog', { name: 'Preview of small.txt' })).toBeTruthy()
})

test('Escape closes the inspector, and the next one does not open it again', async () => {
  const page = await openSizes()
  await page.user.keyboard('{Alt>}{Enter}{/Alt}')
  await screen.findByRole('complementary', { name: 'Inspector' })
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('complementary', { name: 'Inspector' })).toBeNull())
  await page.user.keyboard('{Escape}')
  expect(page.search()).not.toHaveProperty('inspector')
  expect(screen.queryByRole('complementary', { name: 'Inspector' })).toBeNull()
})

test('what is pointed at in the table is outlined in the map', async () => {
  await openSizes()
  await waitFor(() => expect(tile('small.txt')).toBeTruthy())
  const outlines = () => map().querySelectorAll('.border-text').length
  expect(outlines()).toBe(0)
  fireEvent.mouseEnter(button('small.txt').closest('tr')!)
  expect(outlines()).toBe(1)
  fireEvent.mouseLeave(table())
  expect(outlines()).toBe(0)
})

test('arrows go along the names of the table, and Enter goes in', async () => {
  const page = await openSizes()
  button('large').focus()
  await page.user.keyboard('{ArrowDown}')
  expect(document.activeElement).toBe(button('small.txt'))
  await page.user.keyboard('{ArrowDown}{Home}{End}{ArrowUp}')
  expect(document.activeElement).toBe(button('large'))
  await page.user.keyboard('{Enter}')
  await waitFor(() => expect(page.search()).toMatchObject({ path: '/p/large' }))
})

const orders = [
  { column: 'Name', sort: 'ascending', first: 'large' },
  { column: 'Files', sort: 'descending', first: 'large' },
] as const

test.for(orders)('the table is sorted by $column', async ({ column, first, sort }) => {
  const page = await openSizes()
  const header = within(table()).getByRole('columnheader', { name: column })
  await page.user.click(within(header).getByRole('button'))
  expect(header.getAttribute('aria-sort')).toBe(sort)
  const names = () =>
    within(table())
      .getAllByRole('rowheader')
      .map((each) => each.querySelector('bdi')?.title)
  expect(names()[0]).toBe(first)
  await page.user.click(within(header).getByRole('button'))
  expect(names()[0]).toBe('small.txt')
})

test('what is too small is told together, and found in the list', async () => {
  const page = await openSizes(folder('/p', [file('/p/large.bin', 900_000)], { count: 31, size: 3_000 }))
  expect(rows()[1]).toBe('31 smaller items3 kB0%31')
  await page.user.click(button('31 smaller items'))
  await waitFor(() => expect(page.search()).toMatchObject({ path: '/p', view: 'list', sort: 'size' }))
})

test('the menu of a square is that of its file', async () => {
  const page = await openSizes()
  await waitFor(() => expect(tile('small.txt')).toBeTruthy())
  await page.user.pointer({ keys: '[MouseRight]', target: tile('small.txt')! })
  await page.user.click(await screen.findByRole('menuitem', { name: /^Show details/ }))
  await waitFor(() => expect(page.search()).toMatchObject({ sel: '/p/small.txt', inspector: true }))
  expect(await screen.findByRole('complementary')).toBeTruthy()
})

test('sizes follow what changes on the disk', async () => {
  const page = await openSizes()
  page.daemon.answer({ 'files.sizes': () => folder('/p', [file('/p/new.bin', 5_000_000)]) })
  page.daemon.emit('tree.changed', { locationId: locationId(1), path: '/p' })
  await waitFor(() => expect(rows()).toHaveLength(1))
  expect(rows()[0]).toContain('5 MB100%')
})

const states = [
  { what: 'an empty folder', sizes: folder('/p', []), says: 'Nothing here uses space' },
  { what: 'a folder that is not indexed', code: 'Unavailable', says: 'This folder is not indexed' },
  { what: 'a folder that fails', code: 'Internal', says: 'The sizes cannot be shown' },
] as const

test.for(states)('$what says so', async (state) => {
  await openPage('/browse?path=/p&view=size', {
    answers: {
      'files.sizes': () => {
        if ('sizes' in state) return state.sizes
        throw new Refusal(state.code, 'it did not work')
      },
    },
  })
  expect(await screen.findByText(state.says)).toBeTruthy()
})

test('the page of sizes is German', async () => {
  await openPage('/browse?path=/p&view=size', { answers: { 'files.sizes': () => whole }, locale: 'de' })
  const header = await screen.findAllByRole('columnheader')
  expect(header.map((each) => each.textContent)).toEqual(['Name', 'Größe', 'Anteil', 'Dateien'])
  expect(rows()[0]).toContain('700 kB78\u00A0%')
})
