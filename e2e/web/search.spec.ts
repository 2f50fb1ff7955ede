import type { Page } from '@playwright/test'
import { axe } from './axe.ts'
import { expect, test } from './fixtures.ts'

const box = (page: Page) => page.getByRole('searchbox')
const rows = (page: Page) => page.getByRole('grid').locator('[data-row]')
const names = async (page: Page) =>
  rows(page).evaluateAll((all) => all.map((row) => row.querySelector('bdi')?.textContent ?? ''))

test('every letter searches, the matched part stands out, and the address has what was typed', async ({
  daemon,
  files,
  page,
}) => {
  files.write('Iceland/waterfall.txt')
  files.write('Iceland/water.md')
  files.write('other.txt')
  await files.index()
  await daemon.open(page, '/search')
  await expect(box(page)).toBeFocused()
  await page.keyboard.type('wat')
  await expect.poll(() => names(page)).toEqual(['water.md', 'waterfall.txt'])
  await expect(rows(page).first().locator('mark')).toHaveText('wat')
  await expect(page).toHaveURL(/q=wat$/)
  await page.keyboard.type('erf')
  await expect.poll(() => names(page)).toEqual(['waterfall.txt'])
  await expect(page.getByRole('status').filter({ hasText: '1 result' })).toBeAttached()
  await expect(page).toHaveURL(/q=waterf$/)
})

test('keys alone go from the box to a result, preview it, and show it in its folder', async ({
  daemon,
  files,
  page,
}) => {
  files.write('trip/first note.txt', 'one')
  files.write('trip/second note.txt', 'two')
  await files.index()
  await daemon.open(page, '/search')
  await expect(box(page)).toBeFocused()
  await page.keyboard.type('note')
  await expect(rows(page)).toHaveCount(2)
  await page.keyboard.press('Enter')
  await expect(rows(page).first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(rows(page).nth(1)).toBeFocused()
  await page.keyboard.press(' ')
  await expect(page.getByRole('dialog')).toBeVisible()
  await expect(page).toHaveURL(/preview=true/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await page.keyboard.press('Alt+ArrowUp')
  await expect(page).toHaveURL(/\/browse\?/)
  await expect(page.getByRole('heading', { name: 'trip' })).toBeVisible()
  await page.goBack()
  await expect(box(page)).toHaveValue('note')
  await expect(page.getByRole('row', { selected: true })).toContainText('second note.txt')
})

test('a filter is set from a chip, refused in words where it makes no sense, and taken away by Backspace', async ({
  daemon,
  files,
  page,
}) => {
  files.write('small.txt', 'x')
  files.write('large.txt', 'x'.repeat(2_000_000))
  await files.index()
  await daemon.open(page, '/search?q=txt')
  await expect(rows(page)).toHaveCount(2)
  await page.getByRole('button', { name: 'Size', exact: true }).click()
  await page.getByLabel('Another size').fill('huge')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('cannot read the size "huge"')
  await page.getByLabel('Another size').fill('>1MB')
  await page.keyboard.press('Enter')
  await expect.poll(() => names(page)).toEqual(['large.txt'])
  await expect(page).toHaveURL(/size=%3E1MB/)
  await box(page).press('Home')
  await box(page).press('Backspace')
  await expect(rows(page)).toHaveCount(2)
  await page.goBack()
  await expect.poll(() => names(page)).toEqual(['large.txt'])
  await page.getByRole('button', { name: 'Remove filter: Size' }).click()
  await expect(rows(page)).toHaveCount(2)
})

test('what a file says is found, with the line of it; names alone are searched where that is wanted', async ({
  daemon,
  files,
  page,
}) => {
  files.write('letter.txt', 'Dear Ada,\nthe engine hums like a contented walrus.\n')
  await files.index('deep')
  await daemon.open(page, '/search')
  await expect(async () => {
    await box(page).fill('walrus')
    await expect(rows(page)).toHaveCount(1, { timeout: 1_000 })
  }).toPass()
  await expect(rows(page).locator('mark')).toHaveText('walrus')
  await page.getByRole('button', { name: 'Names only' }).click()
  await expect(page.getByRole('heading', { name: 'Nothing was found' })).toBeVisible()
})

test('a thousand results are scrolled through, a page after the other, with few rows at a time', async ({
  daemon,
  files,
  page,
}) => {
  for (let i = 0; i < 1_000; i++) files.write(`note ${String(i).padStart(4, '0')}.txt`, '')
  await files.index()
  await daemon.open(page, '/search?q=note&sort=name')
  await expect(page.getByText('1,000 results').first()).toBeVisible()
  const grid = page.getByRole('grid')
  await expect(grid).toHaveAttribute('aria-rowcount', '1000')
  await box(page).press('ArrowDown')
  const last = page.getByRole('row', { name: /^note 0999/ })
  await expect(async () => {
    await page.keyboard.press('End')
    await expect(last).toBeFocused({ timeout: 300 })
  }).toPass()
  await expect.poll(() => rows(page).count()).toBeLessThan(100)
})

test('what finds nothing offers what does, and searches are remembered', async ({ daemon, files, page }) => {
  files.write('holiday.txt')
  await files.index()
  await daemon.open(page, '/search')
  await expect(box(page)).toBeFocused()
  await page.keyboard.type('holidya')
  await page.getByRole('button', { name: 'holiday', exact: true }).click()
  await expect.poll(() => names(page)).toEqual(['holiday.txt'])
  await page.keyboard.press('Enter')
  await box(page).fill('')
  await page.getByRole('button', { name: 'holiday', exact: true }).click()
  await expect(box(page)).toHaveValue('holiday')
  await expect.poll(() => names(page)).toEqual(['holiday.txt'])
})

for (const colorScheme of ['light', 'dark'] as const)
  test(`axe has nothing to say about results, filters and the empty page in ${colorScheme}`, async ({
    daemon,
    files,
    page,
  }) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    files.write('one.txt', 'word')
    await files.index()
    await daemon.open(page, '/search')
    await expect(box(page)).toBeFocused()
    expect(await axe(page)).toEqual([])
    await page.keyboard.type('one')
    await expect(rows(page)).toHaveCount(1)
    await page.keyboard.press('Enter')
    expect(await axe(page)).toEqual([])
    for (const name of ['Type', 'Modified', 'Where']) {
      await page.getByRole('button', { name, exact: true }).click()
      await expect(page.getByRole('dialog', { name })).toBeVisible()
      expect(await axe(page)).toEqual([])
      await page.keyboard.press('Escape')
    }
  })
