// @vitest-environment happy-dom
import { openPage, type TestPage } from '../../testing/page.tsx'
import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, test } from 'vitest'
import { FakeFiles } from '../../testing/fake-files.ts'
import { aFile, aFolder, aLocation } from '../../testing/things.ts'

const nameIn = (element: Element | null | undefined) => element?.querySelector('bdi')?.textContent ?? ''
const focused = () => nameIn(document.activeElement?.closest('[data-row]'))
const rowOf = (name: string) =>
  [...document.querySelectorAll<HTMLElement>('[data-row]')].find((row) => nameIn(row) === name)!

const files = new FakeFiles(
  aFolder('/p/box', { childCount: 1 }),
  aFile('/p/box/deep.txt'),
  aFile('/p/a.txt'),
  aFile('/p/b.txt'),
)

async function openFolder(query = ''): Promise<TestPage> {
  const page = await openPage(`/browse?path=/p${query}`, {
    answers: { ...files.answers, 'locations.list': () => [aLocation('/p')] },
  })
  await waitFor(() => expect(rowOf('a.txt')).toBeTruthy())
  return page
}

test('the rows have the focus when a folder opens, and after Back the folder that was left', async () => {
  const page = await openFolder()
  await waitFor(() => expect(focused()).toBe('box'))
  await page.user.keyboard('{Home}{Enter}')
  await waitFor(() => expect(focused()).toBe('deep.txt'))
  await page.user.keyboard('{Alt>}{ArrowLeft}{/Alt}')
  await waitFor(() => expect(focused()).toBe('box'))
})

test.each(['list', 'grid', 'columns'] as const)('the rows have the focus in the view %s', async (view) => {
  await openFolder(`&view=${view}`)
  await waitFor(() => expect(focused()).toBe('box'))
})

test('the rows have the focus after a switch of the view, by key and by pointer', async () => {
  const page = await openFolder()
  await page.user.click(rowOf('b.txt'))
  await page.user.keyboard('{Alt>}1{/Alt}')
  await waitFor(() => expect(document.activeElement?.getAttribute('role')).toBe('gridcell'))
  expect(focused()).toBe('b.txt')
  await page.user.click(screen.getByRole('button', { name: 'List' }))
  await waitFor(() => expect(document.activeElement?.getAttribute('role')).toBe('row'))
  expect(focused()).toBe('b.txt')
})

test('a click on a place of the sidebar leads the keys into the folder', async () => {
  const page = await openPage('/settings', {
    answers: { ...files.answers, 'locations.list': () => [aLocation('/p')] },
  })
  await page.user.click(await screen.findByRole('link', { name: 'p' }))
  await waitFor(() => expect(focused()).toBe('box'))
})

test('a field keeps the focus when rows appear', async () => {
  const page = await openFolder()
  const box = screen.getByRole('searchbox')
  box.focus()
  await page.user.keyboard('{Alt>}1{/Alt}')
  await waitFor(() => expect(page.search()).toMatchObject({ view: 'grid' }))
  await waitFor(() => expect(document.querySelector('[role="gridcell"]')).toBeTruthy())
  expect(document.activeElement).toBe(box)
})

test('Escape in a dialog closes it, keeps what is selected, and leads back to the rows', async () => {
  const page = await openFolder()
  await page.user.click(rowOf('b.txt'))
  rowOf('b.txt').focus()
  await page.user.keyboard('{Control>}k{/Control}')
  await screen.findByRole('dialog')
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  await waitFor(() => expect(focused()).toBe('b.txt'))
  expect(rowOf('b.txt').getAttribute('aria-selected')).toBe('true')
})

test('a command of the palette acts on what had the focus, and keeps the focus that it gives', async () => {
  const page = await openFolder()
  await page.user.click(rowOf('b.txt'))
  await page.user.keyboard('{Control>}k{/Control}')
  await page.user.keyboard('part of the window before')
  fireEvent.click(await screen.findByRole('option'))
  // At once, without a timer: the step begins at the row, and the dialog is gone.
  expect(document.activeElement?.closest('[data-pane]')?.tagName).toBe('HEADER')
  expect(screen.queryByRole('dialog')).toBeNull()
  await page.user.keyboard('{F6}')
  expect(focused()).toBe('b.txt')
})

test('a dialog that was opened from the palette leads back to the row that had the focus before both', async () => {
  const page = await openFolder()
  rowOf('b.txt').focus()
  await page.user.keyboard('{Control>}k{/Control}')
  await page.user.keyboard('keys')
  await page.user.click(await screen.findByRole('option', { name: /keys/ }))
  await screen.findByRole('dialog', { name: 'Keys' })
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(focused()).toBe('b.txt')
})

test('a dialog that opened while nothing had the focus leads to the rows', async () => {
  const page = await openFolder()
  ;(document.activeElement as HTMLElement).blur()
  await page.user.keyboard('{Control>}k{/Control}')
  await screen.findByRole('dialog')
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  expect(focused()).toBe('box')
})

test('F6 walks through the parts of the window, and Shift+F6 back', async () => {
  const page = await openFolder('&inspector=true')
  await screen.findByRole('complementary', { name: 'Inspector' })
  await waitFor(() => expect(focused()).toBe('box'))
  const place = () => {
    const pane = document.activeElement!.closest('[data-pane]')!
    return pane.querySelector('[role="grid"]') ? 'rows' : pane.querySelector('aside') ? 'inspector' : pane.tagName
  }
  const walked: string[] = []
  for (let i = 0; i < 5; i++) {
    await page.user.keyboard('{F6}')
    walked.push(place())
  }
  expect(walked).toEqual(['inspector', 'FOOTER', 'NAV', 'HEADER', 'rows'])
  expect(focused()).toBe('box')
  await page.user.keyboard('{Shift>}{F6}{/Shift}')
  expect(place()).toBe('HEADER')
})

test('F6 does not leave a dialog', async () => {
  const page = await openFolder()
  await page.user.keyboard('{Shift>}?{/Shift}')
  const dialog = await screen.findByRole('dialog')
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true))
  await page.user.keyboard('{F6}')
  expect(dialog.contains(document.activeElement)).toBe(true)
})

test('Escape on any page leaves a field first, then goes back', async () => {
  const page = await openFolder()
  await page.user.click(screen.getByRole('link', { name: 'Settings' }))
  await screen.findByRole('heading', { name: 'Settings' })
  const field = (await screen.findAllByRole('combobox'))[0] ?? document.querySelector('input')!
  field.focus()
  await page.user.keyboard('{Escape}')
  expect(page.address()).toContain('/settings')
  await page.user.keyboard('{Escape}')
  await waitFor(() => expect(page.address()).toContain('/browse'))
})
