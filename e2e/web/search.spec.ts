import type { Page } from '@playwright/test'
import { makePdf } from '../../core/testing/documents/index.ts'
import { axe } from './axe.ts'
import { expect, test } from './fixtures.ts'

const box = (page: Page) => page.getByRole('searchbox')
const rows = (page: Page) => page.getByRole('grid').locator('[data-row]')
const names = async (page: Page) =>
  rows(page).evaluateAll((all) => all.map((row) => row.querySelector('bdi')?.textContent ?? ''))

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

test('a search without results suggests others, and searches are remembered', async ({ daemon, files, page }) => {
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

test('a hit in a document opens the preview at its page, from the results and from the palette', async ({
  daemon,
  files,
  page,
}) => {
  const pages = Array.from({ length: 9 }, (_, i) => (i === 6 ? 'The contented walrus hums' : `Sheet number ${i + 1}`))
  files.write('paper.pdf', makePdf(pages))
  files.write('other.txt', 'nothing of it')
  await files.index('deep')
  const isAtPageSeven = async () => {
    const preview = page.getByRole('dialog', { name: 'Preview of paper.pdf' })
    await expect(preview.getByRole('textbox', { name: 'Page' })).toHaveValue('7')
    const words = preview.getByRole('group', { name: 'Page 7' }).getByText('The contented walrus hums')
    await expect(words).toBeInViewport()
  }
  await daemon.open(page, '/search')
  await expect(async () => {
    await box(page).fill('walrus')
    await expect(rows(page)).toHaveCount(1, { timeout: 1_000 })
  }).toPass()
  await expect(rows(page)).toContainText('Page 7')
  await rows(page).dblclick()
  await isAtPageSeven()

  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  // Away from the results: nothing there is of help to the palette.
  await page.goto(`${await daemon.pageOrigin()}/jobs`)
  await expect(page.getByRole('heading', { name: 'Jobs', level: 1 })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox').fill('walrus')
  await expect(page.getByRole('option')).toHaveText(/^paper\.pdf/)
  await page.keyboard.press('Enter')
  await isAtPageSeven()
})
