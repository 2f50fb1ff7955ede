import { utimesSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { axeInEachLook } from './axe.ts'
import { boxOf, expect, test, type TestFolder } from './fixtures.ts'

/** The smallest picture there is: one grey pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64')
const scrubber = (page: Page) => page.getByRole('slider', { name: 'Go to a month' })
const photo = (page: Page, name: string) => page.getByRole('gridcell', { name: new RegExp(`^${name},`) })

/** Writes a photo that was changed last on a day: `2024-05-03`. */
function takePhoto(files: TestFolder, name: string, day: string): void {
  const path = files.write(name, PIXEL)
  utimesSync(path, new Date(`${day}T12:00:00Z`), new Date(`${day}T12:00:00Z`))
}

test('photos stand by month, say where their date is from, and the scrubber goes to another', async ({
  daemon,
  files,
  page,
}) => {
  for (let i = 10; i < 70; i++) takePhoto(files, `in/new ${i}.gif`, '2024-06-15')
  for (let i = 10; i < 70; i++) takePhoto(files, `other/old ${i}.gif`, `2019-03-15`)
  await files.index()
  await daemon.open(page, files.address({ view: 'timeline' }))
  await expect(page.getByRole('heading', { name: 'June 2024' })).toBeVisible()
  await expect(photo(page, 'new 69.gif')).toHaveAccessibleName(/from the file/)
  await expect(scrubber(page)).toHaveAttribute('aria-valuetext', 'June 2024, 60 photos and films')
  await scrubber(page).focus()
  await page.keyboard.press('PageDown')
  await expect(scrubber(page)).toHaveAttribute('aria-valuetext', 'March 2019, 60 photos and films')
  await expect(photo(page, 'old 69.gif')).toBeVisible()
  await page.keyboard.press('Home')
  await expect(photo(page, 'new 69.gif')).toBeVisible()
  const box = await boxOf(scrubber(page))
  await page.mouse.click(box.x + box.width / 2, box.y + box.height - 2)
  await expect(photo(page, 'old 10.gif')).toBeVisible()
})

test('keys go through the timeline, and the preview goes on through it', async ({ daemon, files, page }) => {
  takePhoto(files, 'c.gif', '2024-06-03')
  takePhoto(files, 'b.gif', '2024-06-02')
  takePhoto(files, 'a.gif', '2023-01-01')
  await files.index()
  await daemon.open(page, files.address({ view: 'timeline' }))
  await photo(page, 'c.gif').click()
  await page.keyboard.press('ArrowRight')
  await expect(photo(page, 'b.gif')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(photo(page, 'a.gif')).toBeFocused()
  await expect(photo(page, 'a.gif')).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Shift+Home')
  await expect(page.getByText('3 selected')).toBeVisible()
  await page.keyboard.press('End')
  await page.keyboard.press('Space')
  await expect(page.getByRole('dialog', { name: /a\.gif/ })).toBeVisible()
  await page.keyboard.press('ArrowLeft')
  await expect(page.getByRole('dialog', { name: /b\.gif/ })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(photo(page, 'b.gif')).toHaveAttribute('aria-selected', 'true')
  await page.waitForURL(/sel=.*b\.gif/)
  await page.reload()
  await expect(photo(page, 'b.gif')).toHaveAttribute('aria-selected', 'true')
})

test('a photo leads to its folder', async ({ daemon, files, page }) => {
  takePhoto(files, 'in/c.gif', '2024-06-03')
  takePhoto(files, 'in/b.gif', '2024-06-02')
  await files.index()
  await daemon.open(page, '/timeline')
  await photo(page, 'b.gif').click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Show in its folder' }).click()
  await expect(page).toHaveURL(/\/browse\?.*path=.*in/)
  await expect(page.getByRole('gridcell', { name: 'b.gif' })).toHaveAttribute('aria-selected', 'true')
})

test('a photo that is put on the disk appears, and what is chosen stays', async ({ daemon, files, page }) => {
  for (let i = 10; i < 40; i++) takePhoto(files, `photo ${i}.gif`, '2024-06-15')
  await files.index()
  await daemon.open(page, files.address({ view: 'timeline' }))
  await photo(page, 'photo 20.gif').click()
  takePhoto(files, 'later.gif', '2024-07-15')
  await expect(photo(page, 'later.gif')).toBeVisible()
  await expect(photo(page, 'photo 20.gif')).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('gridcell', { selected: true })).toHaveCount(1)
})

test('of thousands few are in the document, and the last is reached', async ({ daemon, files, page }) => {
  for (let i = 0; i < 2_000; i++) files.write(`many/${i}.gif`, PIXEL)
  takePhoto(files, 'first.gif', '2001-01-01')
  await files.index()
  await daemon.open(page, '/timeline')
  await page.getByRole('gridcell').first().click()
  await page.keyboard.press('End')
  await expect(photo(page, 'first.gif')).toBeFocused()
  await expect.poll(() => page.getByRole('gridcell').count()).toBeLessThan(200)
})

test('a folder without photos says so, and one that is not indexed can be', async ({ daemon, files, page }) => {
  files.write('a.txt')
  await daemon.open(page, files.address({ view: 'timeline' }))
  await page.getByRole('button', { name: 'Index this folder' }).click()
  await expect(page.getByRole('heading', { name: 'No photos or films here' })).toBeVisible()
})

test('axe finds nothing in the timeline, in any look', async ({ daemon, files, page }) => {
  for (let i = 10; i < 30; i++) takePhoto(files, `photo ${i}.gif`, `20${i}-06-15`)
  await files.index()
  await daemon.open(page, files.address({ view: 'timeline' }))
  await photo(page, 'photo 29.gif').click()
  expect(await axeInEachLook(page)).toEqual([])
})
