import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { axeInEachLook } from './axe.ts'
import { boxOf, expect, test } from './fixtures.ts'
import { listingsAsked } from './listings-asked.ts'

/** Enough for many pages of a listing. */
const MANY = 2_000
const name = (i: number) => `file ${String(i).padStart(5, '0')}.txt`

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
  readonly scrollTop: number
}

async function scrollTop(page: Page): Promise<number> {
  const scroller = page.locator('[role="grid"] > [role="presentation"]')
  return scroller.evaluate((element) => (element as unknown as Element).scrollTop)
}
