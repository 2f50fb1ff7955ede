import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { axeInEachLook } from './axe.ts'
import { boxOf, expect, test } from './fixtures.ts'
import { listingsAsked } from './listings-asked.ts'

/** Enough for many pages of a listing. */
const MANY = 2_000
const name = (i: number) => `file ${String(i).padStart(5, '0')}.txt`

test('a folder is listed, sorted by a click on a column, and shown as tiles by a key', async ({
  daemon,
  files,
  page,
}) => {
  files.write('small.txt', 'x')
  files.write('large.txt', 'x'.repeat(5_000))
  files.mkdir('a folder')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await expect.poll(() => names(page)).toEqual(['a folder', 'large.txt', 'small.txt'])
  await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click()
  await expect(page).toHaveURL(/sort=size/)
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
  await expect.poll(() => names(page)).toEqual(['a folder', 'small.txt', 'large.txt'])
  await page.keyboard.press('Alt+1')
  await expect(page).toHaveURL(/view=grid/)
  await expect(page.getByRole('gridcell', { name: 'small.txt' })).toBeVisible()
})

test('keys go through a folder, into another and back to where they were', async ({ daemon, files, page }) => {
  files.write('one/inside.txt')
  files.write('two/below.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await page.getByRole('row', { name: /^one/ }).click()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('row', { name: /^two/ })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect.poll(() => names(page)).toEqual(['below.txt'])
  await page.keyboard.press('Alt+ArrowUp')
  await expect(page.getByRole('row', { name: /^two/ })).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('row', { name: /^two/ })).toBeFocused()
})

test('of many rows few are in the document, the last is reached, and Back finds the place again', async ({
  daemon,
  files,
  page,
}) => {
  for (let i = 0; i < MANY; i++) files.write(name(i))
  files.write('zz folder/inside.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  const grid = page.getByRole('grid')
  await expect(grid).toHaveAttribute('aria-rowcount', String(MANY + 2))
  await page.getByRole('row', { name: 'zz folder' }).click()
  await page.keyboard.press('End')
  await expect(page.getByRole('row', { name: name(MANY - 1) })).toBeFocused()
  await expect.poll(() => page.getByRole('row').count()).toBeLessThan(100)
  await page.keyboard.type('file 015')
  const found = page.getByRole('row', { name: name(1_500) })
  await expect(found).toBeFocused()
  await page.keyboard.press('Shift+PageDown')
  const count = page.getByRole('status').filter({ hasText: 'selected' })
  await expect(count).toBeVisible()
  await expect(count).not.toHaveText(/^1 /)
  const selected = await count.textContent()
  // The address follows a moment later.
  await expect(page).toHaveURL(/sel=[^&]*file(?:\+|%20)015(?!00)/)
  const top = await scrollTop(page)
  await page.keyboard.press('Alt+ArrowUp')
  await expect(found).toBeHidden()
  await page.goBack()
  await expect(page.getByRole('row', { name: name(1_505) })).toBeVisible()
  await expect.poll(() => scrollTop(page)).toBe(top)
  await expect(count).toHaveText(selected!)
})

test('all but one are chosen, and a range with Shift', async ({ daemon, files, page }) => {
  for (let i = 0; i < 500; i++) files.write(name(i))
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await page.getByRole('row', { name: name(0) }).click()
  await page.keyboard.press('Control+a')
  await expect(page.getByText('500 selected')).toBeVisible()
  await page.getByRole('row', { name: name(3) }).click({ modifiers: ['Control'] })
  await expect(page.getByText('499 selected')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('500 items')).toBeVisible()
  await page.getByRole('row', { name: name(2) }).click()
  await page.keyboard.press('Shift+End')
  await expect(page.getByText('498 selected')).toBeVisible()
})

test('a file that is made on the disk appears, and place and choice stay', async ({ daemon, files, page }) => {
  for (let i = 0; i < 800; i++) files.write(name(i))
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await page.getByRole('row', { name: name(0) }).click()
  await page.keyboard.press('End')
  const last = page.getByRole('row', { name: name(799) })
  await expect(last).toHaveAttribute('aria-selected', 'true')
  const before = await boxOf(last)
  files.write('0 first.txt')
  await expect(page.getByText('1 selected')).toBeVisible()
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '802')
  await expect(last).toHaveAttribute('aria-selected', 'true')
  await expect.poll(() => last.boundingBox()).toEqual(before)
  rmSync(join(files.path, '0 first.txt'))
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '801')
  await expect(last).toHaveAttribute('aria-selected', 'true')
})

test('the last rows are there before End, true to the disk, and those of the folders beside are not asked for', async ({
  daemon,
  files,
  page,
}) => {
  for (let i = 0; i < 300; i++) {
    files.write(name(i))
    files.write(`inside/${name(i)}`)
  }
  await files.index()
  const asked = listingsAsked(page)
  const lastAsked = () => asked.filter(({ offset }) => offset > 0).map(({ path }) => path)
  await daemon.open(page, files.address({ view: 'columns' }, 'inside'))
  const inside = join(files.path, 'inside')
  await expect.poll(() => lastAsked().length).toBeGreaterThan(0)
  const before = lastAsked().length
  files.write(`inside/${name(300)}`)
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '301')
  await expect.poll(() => lastAsked().length).toBeGreaterThan(before)
  expect(new Set(lastAsked())).toEqual(new Set([inside]))
})

test('a path is typed, with names offered, and Escape keeps the old one', async ({ daemon, files, page }) => {
  files.write('Pictures/Iceland/a.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await expect.poll(() => names(page)).toEqual(['Pictures'])
  await page.keyboard.press('Control+g')
  const field = page.getByRole('combobox', { name: 'Path' })
  await expect(field).toBeFocused()
  await field.fill(join(files.path, 'pic'))
  await expect(page.getByRole('option', { name: /Pictures/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(field).toBeHidden()
  await page.keyboard.press('Control+g')
  await field.fill(`"${join(files.path, 'Pictures', 'Iceland')}/"`)
  await page.keyboard.press('Enter')
  await expect.poll(() => names(page)).toEqual(['a.txt'])
})

test('a folder opens that is not indexed, and can be', async ({ daemon, files, page }) => {
  files.write('a.txt')
  await daemon.open(page, files.address({ view: 'list' }))
  await expect.poll(() => names(page)).toEqual(['a.txt'])
  await page.getByRole('button', { name: /^Index this folder/ }).click()
  await expect(page.getByText('it is not indexed')).toBeHidden()
  await expect.poll(() => names(page)).toEqual(['a.txt'])
})

test('a folder that is empty or missing says so, and what to do', async ({ daemon, files, page }) => {
  files.mkdir('empty')
  await files.index()
  await daemon.open(page, files.address({}, 'empty'))
  await expect(page.getByRole('heading', { name: 'This folder is empty' })).toBeVisible()
  await daemon.open(page, files.address({}, 'missing'))
  await expect(page.getByRole('heading', { name: 'There is no such folder' })).toBeVisible()
  await page.getByRole('button', { name: 'To the folder above' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
})

test('a name shows what cannot be seen in it, and stays text', async ({ daemon, files, page }) => {
  files.write('photo\u202egpj.exe')
  files.write('<img src=x onerror=alert(1)>.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await expect(page.getByText('U+202E')).toBeVisible()
  await expect(page.getByRole('row', { name: '<img src=x onerror=alert(1)>.txt' })).toBeVisible()
})

for (const view of ['list', 'grid', 'columns'])
  test(`axe finds nothing in the view ${view}, in any look`, async ({ daemon, files, page }) => {
    files.write('a folder/inside.txt')
    for (let i = 0; i < 40; i++) files.write(name(i))
    await files.index()
    await daemon.open(page, files.address({ view }))
    await page.getByText(name(1), { exact: true }).or(page.getByText('file 00001')).first().click()
    expect(await axeInEachLook(page)).toEqual([])
  })

/** What is used of an element; these tests know no types of a document. */
interface Element {
  readonly title: string
  readonly scrollTop: number
}

/** The names of all rows that are in the document. */
async function names(page: Page): Promise<string[]> {
  const shown = page.locator('[role="row"] bdi')
  return shown.evaluateAll((all) => (all as unknown as Element[]).map((each) => each.title))
}

async function scrollTop(page: Page): Promise<number> {
  const scroller = page.locator('[role="grid"] > [role="presentation"]')
  return scroller.evaluate((element) => (element as unknown as Element).scrollTop)
}
