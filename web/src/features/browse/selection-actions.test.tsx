// @vitest-environment happy-dom
import { openPage, type TestPage, toastOf } from '../../../testing/page.tsx'
import { screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { type Answers, Refusal } from '../../../testing/fake-daemon.ts'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aFile, aFolder, aLocation, entryId } from '../../../testing/things.ts'

const rows = () => [...document.querySelectorAll<HTMLElement>('[role="grid"] [data-row]')]
const nameIn = (element: Element | null | undefined) => element?.querySelector('bdi')?.textContent ?? ''
const rowOf = (name: string) => rows().find((row) => nameIn(row) === name)!
const chosenNames = () =>
  rows()
    .filter((row) => row.getAttribute('aria-selected') === 'true')
    .map(nameIn)

const assign = vi.spyOn(location, 'assign').mockImplementation(() => {})
afterEach(() => assign.mockClear())

const papers = () =>
  new FakeFiles(
    aFolder('/p/box', { totalSize: 100, childCount: 2 }),
    aFile('/p/a.txt', { size: 10, type: 'text' }),
    aFile('/p/b.jpg', { size: 20, type: 'image' }),
    aFile('/p/c.txt', { size: 30, type: 'text' }),
  )

const prepared: Answers = {
  'downloads.prepare': () => ({
    address: '/media/zip/id/p.zip',
    name: 'p.zip',
    expiresAt: '2124-03-12T12:00:00.000Z',
  }),
}

async function openFolder(files: FakeFiles, { answers, query = '' }: { answers?: Answers; query?: string } = {}) {
  const page = await openPage(`/browse?path=/p${query}`, {
    answers: { ...files.answers, ...prepared, 'locations.list': () => [aLocation('/p')], ...answers },
  })
  await waitFor(() => expect(rows().length).toBeGreaterThan(0))
  await waitFor(() => expect(nameIn(rowOf('a.txt'))).toBe('a.txt'))
  return page
}

async function pressOnRow(page: TestPage, name: string, keys: string): Promise<void> {
  await page.user.click(rowOf(name))
  rowOf(name).focus()
  if (keys) await page.user.keyboard(keys)
}

test('Ctrl+A and Alt+↓ download all that is selected as one archive', async () => {
  const page = await openFolder(papers())
  await pressOnRow(page, 'a.txt', '{Control>}a{/Control}{Alt>}{ArrowDown}{/Alt}')
  expect(await toastOf('p.zip is being downloaded')).toBeTruthy()
  expect(page.daemon.asksOf('downloads.prepare')).toEqual([{ paths: ['/p/box', '/p/a.txt', '/p/b.jpg', '/p/c.txt'] }])
  const [[address]] = assign.mock.calls as [[string]]
  expect(address).toMatch(/^http:\/\/media\.test\/media\/zip\/id\/p\.zip\?session=session&until=\d+&sig=[\w-]{43}$/)
})

test('one file is downloaded as it is, one folder as an archive', async () => {
  const page = await openFolder(papers())
  await pressOnRow(page, 'b.jpg', '{Alt>}{ArrowDown}{/Alt}')
  await waitFor(() => expect(assign).toHaveBeenCalledTimes(1))
  expect(assign.mock.calls[0]![0]).toContain('/b.jpg?')
  expect(page.daemon.asksOf('downloads.prepare')).toEqual([])
  await pressOnRow(page, 'box', '{Alt>}{ArrowDown}{/Alt}')
  await waitFor(() => expect(page.daemon.asksOf('downloads.prepare')).toEqual([{ paths: ['/p/box'] }]))
})

test('a download that the daemon refuses says why', async () => {
  const refuse = () => {
    throw new Refusal('PermissionDenied', '/p/box is in no location')
  }
  const page = await openFolder(papers(), { answers: { 'downloads.prepare': refuse } })
  await pressOnRow(page, 'box', '{Alt>}{ArrowDown}{/Alt}')
  expect(await toastOf('This cannot be downloaded')).toBeTruthy()
  expect(assign).not.toHaveBeenCalled()
})

test('Ctrl+C copies the path of each selected file as a line', async () => {
  const page = await openFolder(papers())
  await pressOnRow(page, 'c.txt', '{Shift>}{ArrowUp}{/Shift}{Control>}c{/Control}')
  expect(await toastOf('2 paths were copied')).toBeTruthy()
  expect(await navigator.clipboard.readText()).toBe('/p/b.jpg\n/p/c.txt')
})

test('Ctrl+C leaves alone what a person has marked with the pointer', async () => {
  const page = await openFolder(papers())
  await pressOnRow(page, 'a.txt', '')
  document.getSelection()!.selectAllChildren(screen.getByRole('heading', { level: 1 }))
  await navigator.clipboard.writeText('before')
  await page.user.keyboard('{Control>}c{/Control}')
  expect(screen.queryByText('The path was copied')).toBeNull()
  document.getSelection()!.removeAllRanges()
})

test('the menu of several files names how many, and opens none of them', async () => {
  const page = await openFolder(papers())
  await page.user.click(rowOf('a.txt'))
  await page.user.keyboard('{Control>}')
  await page.user.click(rowOf('c.txt'))
  await page.user.keyboard('{/Control}')
  await page.user.pointer({ keys: '[MouseRight]', target: rowOf('c.txt') })
  const menu = await screen.findByRole('menu')
  expect(within(menu).queryByRole('menuitem', { name: /^Open/ })).toBeNull()
  expect(within(menu).getByRole('menuitem', { name: /^Copy 2 paths/ })).toBeTruthy()
  await page.user.click(within(menu).getByRole('menuitem', { name: /^Download as ZIP/ }))
  await waitFor(() => expect(page.daemon.asksOf('downloads.prepare')).toEqual([{ paths: ['/p/a.txt', '/p/c.txt'] }]))
})

test('more files than one download takes are not offered, and the menu says how many it takes', async () => {
  const files = papers()
  const page = await openFolder(files, {
    answers: {
      'files.list': async (input) => ({ ...(await files.answers['files.list']!(input)), total: 20_000 }),
    },
  })
  await pressOnRow(page, 'a.txt', '{Control>}a{/Control}')
  await page.user.pointer({ keys: '[MouseRight]', target: rowOf('a.txt') })
  const item = await screen.findByRole('menuitem', { name: /^Download as ZIP/ })
  expect(item.textContent).toContain('At most 10,000 at a time')
  expect(item.getAttribute('aria-disabled')).toBe('true')
})

test('the inspector says how many files are selected, how large they are, and of which kinds', async () => {
  const page = await openFolder(papers(), { query: '&inspector=true' })
  await pressOnRow(page, 'a.txt', '{Control>}a{/Control}')
  const inspector = await screen.findByRole('complementary', { name: 'Inspector' })
  expect(await within(inspector).findByText('3 files, 1 folder')).toBeTruthy()
  expect(within(inspector).getByText('160 bytes')).toBeTruthy()
  const kinds = within(inspector)
    .getAllByRole('row')
    .map((row) => [...row.children].map((cell) => cell.textContent))
  expect(kinds).toEqual([
    ['Folders', '1', '100 bytes'],
    ['Documents', '2', '40 bytes'],
    ['Images', '1', '20 bytes'],
  ])
})

test('a file that is renamed on disk stays selected', async () => {
  const id = entryId(77)
  const files = new FakeFiles(aFile('/p/a.txt'), aFile('/p/m.txt', { id }), aFile('/p/n.txt'))
  const page = await openFolder(files)
  await page.user.click(rowOf('m.txt'))
  expect(chosenNames()).toEqual(['m.txt'])
  files.remove('/p/m.txt')
  files.add(aFile('/p/z.txt', { id }))
  page.daemon.emit('entry.moved', { entryId: id, from: '/p/m.txt', to: '/p/z.txt' })
  await waitFor(() => expect(rows().map(nameIn)).toEqual(['a.txt', 'n.txt', 'z.txt']))
  await waitFor(() => expect(chosenNames()).toEqual(['z.txt']))
})
