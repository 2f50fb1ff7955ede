// @vitest-environment happy-dom
import { openPage, type TestPage } from '../../../testing/page.tsx'
import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { FakeFiles } from '../../../testing/fake-files.ts'
import { aFile, aFolder, aLocation } from '../../../testing/things.ts'
import { columnIds, useColumnsKept, usualLayout, withColumn, withWidth } from './columns-kept.ts'
import { bandSpeed } from './use-band.tsx'

const rows = () => [...document.querySelectorAll<HTMLElement>('[role="grid"] [data-row]')]
const nameIn = (element: Element | null | undefined) => element?.querySelector('bdi')?.textContent ?? ''
const rowOf = (name: string) => rows().find((row) => nameIn(row) === name)!
const headers = () =>
  screen
    .getAllByRole('columnheader')
    .map((each) => each.textContent)
    .filter((text) => text !== '')

const files = new FakeFiles(
  aFolder('/p/box', { childCount: 1 }),
  aFile('/p/box/deep.txt'),
  aFile('/p/a.txt', { size: 1, mime: 'text/plain' }),
  aFile('/p/b.jpg', { size: 3 }),
)

async function openFolder(path = '/p', query = ''): Promise<TestPage> {
  useColumnsKept.setState({ folders: [] })
  return again(path, query)
}

async function again(path: string, query = ''): Promise<TestPage> {
  const page = await openPage(`/browse?path=${path}${query}`, {
    answers: { ...files.answers, 'locations.list': () => [aLocation('/p')] },
  })
  await waitFor(() => expect(nameIn(rows()[0])).not.toBe(''))
  return page
}

test('the whole header of a column sorts', async () => {
  const page = await openFolder()
  const cell = screen.getByRole('columnheader', { name: 'Size' })
  const button = within(cell).getByRole('button')
  // A little wider than the cell, so that its words stand above those of the rows.
  expect(button.className).toContain('w-[calc(100%+0.5rem)]')
  expect(button.className).toContain('h-full')
  await page.user.click(button)
  await waitFor(() => expect(rows().map(nameIn)).toEqual(['box', 'b.jpg', 'a.txt']))
})

test('the menu says which columns have no room in the window', async () => {
  const page = await openFolder()
  Object.defineProperty(screen.getByRole('columnheader', { name: 'Created' }), 'offsetWidth', { value: 0 })
  await page.user.click(screen.getByRole('button', { name: 'Choose columns' }))
  const items = await screen.findAllByRole('menuitemcheckbox')
  expect(items.map((item) => item.textContent)).toEqual([
    'Size',
    'Modified',
    'Created(the window is too narrow)',
    'Type',
    'Extension',
  ])
})

test('columns are hidden and added, in this folder alone, and are still so later', async () => {
  const page = await openFolder()
  expect(headers()).toEqual(['Name', 'Size', 'Modified', 'Created', 'Type'])
  await page.user.click(screen.getByRole('button', { name: 'Choose columns' }))
  await page.user.click(await screen.findByRole('menuitemcheckbox', { name: 'Created' }))
  await page.user.click(await screen.findByRole('menuitemcheckbox', { name: 'Extension' }))
  expect(headers()).toEqual(['Name', 'Size', 'Modified', 'Type', 'Extension'])
  expect(within(rowOf('a.txt')).getAllByRole('gridcell').at(-1)!.textContent).toBe('txt')
  expect(screen.getByRole('grid').getAttribute('aria-colcount')).toBe('5')
  await page.user.keyboard('{Escape}')
  await page.user.dblClick(rowOf('box'))
  await waitFor(() => expect(rows().map(nameIn)).toEqual(['deep.txt']))
  expect(headers()).toEqual(['Name', 'Size', 'Modified', 'Created', 'Type'])
  await page.user.keyboard('{Alt>}{ArrowLeft}{/Alt}')
  await waitFor(() => expect(headers()).toEqual(['Name', 'Size', 'Modified', 'Type', 'Extension']))
  await page.user.click(screen.getByRole('button', { name: 'Choose columns' }))
  await page.user.click(await screen.findByRole('menuitem', { name: 'Usual columns' }))
  expect(headers()).toEqual(['Name', 'Size', 'Modified', 'Created', 'Type'])
})

test('a column is resized by keys, with its cells, and not beyond its limits', async () => {
  await openFolder()
  const line = screen.getByRole('separator', { name: 'Width of the column Size' })
  const widths = () => [
    screen.getByRole('columnheader', { name: 'Size' }).style.width,
    within(rowOf('a.txt')).getAllByRole('gridcell')[1]!.style.width,
  ]
  expect(widths()).toEqual(['80px', '80px'])
  fireEvent.keyDown(line, { key: 'ArrowLeft' })
  expect(widths()).toEqual(['96px', '96px'])
  for (let i = 0; i < 5; i++) fireEvent.keyDown(line, { key: 'ArrowRight' })
  expect(widths()).toEqual(['56px', '56px'])
})

test('columns of the last 200 folders are remembered', () => {
  useColumnsKept.setState({ folders: [] })
  const { set } = useColumnsKept.getState()
  for (let i = 0; i < 250; i++) set(`/${i}`, usualLayout)
  set('/100', withWidth(usualLayout, 'size', 100))
  const { folders } = useColumnsKept.getState()
  expect(folders).toHaveLength(200)
  expect(folders[0]).toEqual(['/100', { ...usualLayout, widths: { size: 100 } }])
})

test('columns keep their order, whichever was shown last', () => {
  const none = columnIds.reduce((layout, id) => withColumn(layout, id, false), usualLayout)
  expect(none.shown).toEqual([])
  expect(withColumn(withColumn(none, 'type', true), 'size', true).shown).toEqual(['size', 'type'])
})

test('a middle click opens a folder, or the preview of a file, in a tab of its own', async () => {
  await openFolder()
  const open = vi.spyOn(window, 'open').mockReturnValue(null)
  fireEvent(rowOf('box'), new MouseEvent('auxclick', { button: 1, bubbles: true }))
  fireEvent(rowOf('a.txt'), new MouseEvent('auxclick', { button: 1, bubbles: true }))
  fireEvent(rowOf('a.txt'), new MouseEvent('auxclick', { button: 2, bubbles: true }))
  expect(open.mock.calls).toEqual([
    ['/browse?path=%2Fp%2Fbox', '_blank', 'noopener'],
    ['/browse?path=%2Fp&sel=%2Fp%2Fa.txt&preview=true', '_blank', 'noopener'],
  ])
  open.mockRestore()
})

test('a name is dragged out as a download and a link; what is selected comes along', async () => {
  const page = await openFolder()
  const drag = (name: string) => {
    const data: Record<string, string> = {}
    fireEvent.dragStart(rowOf(name).querySelector('[draggable="true"]')!, {
      dataTransfer: { setData: (type: string, text: string) => void (data[type] = text) },
    })
    return data
  }
  const one = drag('a.txt')
  expect(one['text/plain']).toBe('/p/a.txt')
  expect(one['text/uri-list']).toMatch(/^http:\/\/media\.test\/media\/.*\/a\.txt/)
  expect(one['DownloadURL']).toBe(`text/plain:a.txt:${one['text/uri-list']}`)
  await page.user.click(rowOf('a.txt'))
  await page.user.keyboard('{Control>}a{/Control}')
  expect(drag('b.jpg')['text/plain']).toBe('/p/box\n/p/a.txt\n/p/b.jpg')
})

test.each([
  [300, 0],
  [24, 0],
  [23, -1],
  [0, -24],
  [-500, -24],
  [577, 1],
  [900, 24],
])('with the pointer at %i of 600 pixels the view scrolls %i pixels a frame', (y, speed) => {
  expect(bandSpeed(y, 600)).toBe(speed)
})

test('the view scrolls while a box is held at its edge, and the box takes what comes into view', async () => {
  const many = new FakeFiles(...Array.from({ length: 100 }, (_, i) => aFile(`/p/${String(i).padStart(3, '0')}.txt`)))
  await openPage('/browse?path=/p', { answers: { ...many.answers, 'locations.list': () => [aLocation('/p')] } })
  await waitFor(() => expect(nameIn(rows()[0])).toBe('000.txt'))
  const scroller = document.querySelector<HTMLElement>('[role="grid"] > [role="presentation"]')!
  const at = (x: number, y: number) => ({ clientX: x, clientY: y, button: 0, pointerId: 1, pointerType: 'mouse' })
  fireEvent.pointerDown(scroller, at(600, 100))
  fireEvent.pointerMove(scroller, at(700, 559))
  await waitFor(() => expect(scroller.scrollTop).toBeGreaterThan(200))
  await waitFor(() =>
    expect(rows().filter((row) => row.getAttribute('aria-selected') === 'true').length).toBeGreaterThan(20),
  )
  fireEvent.pointerUp(scroller, at(700, 559))
  const stopped = scroller.scrollTop
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  expect(scroller.scrollTop).toBe(stopped)
})
