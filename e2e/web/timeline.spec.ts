import { utimesSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { axeInEachLook } from './axe.ts'
import { boxOf, expect, test, type TestFolder } from './fixtures.ts'

/** The smallest picture there is: one grey pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64')
const scrubber = (page: Page) => page.getByRole('slider', { name: 'Go to a day' })
const photo = (page: Page, name: string) => page.getByRole('gridcell', { name: new RegExp(`^${name},`) })

/** Writes a photo that was changed last on a day: `2024-05-03`. */
function takePhoto(files: TestFolder, name: string, day: string): void {
  const path = files.write(name, PIXEL)
  utimesSync(path, new Date(`${day}T12:00:00Z`), new Date(`${day}T12:00:00Z`))
}

test('photos stand by day, say where their date is from, and the scrubber goes to another', async ({
  daemon,
  files,
  page,
}) => {
  for (let i = 10; i < 70; i++) takePhoto(files, `in/new ${i}.gif`, '2024-06-15')
  for (let i = 10; i < 70; i++) takePhoto(files, `other/old ${i}.gif`, `2019-03-15`)
  await files.index()
  await daemon.open(page, files.address({ view: 'timeline' }))
  await expect(page.getByRole('heading', { name: 'Sat, 15 June 2024' })).toBeVisible()
  await expect(photo(page, 'new 69.gif')).toHaveAccessibleName(/from the file/)
  await expect(scrubber(page)).toHaveAttribute('aria-valuetext', 'Sat, 15 June 2024, 60 photos and films')
  await scrubber(page).focus()
  await page.keyboard.press('PageDown')
  await expect(scrubber(page)).toHaveAttribute('aria-valuetext', 'Fri, 15 March 2019, 60 photos and films')
  await expect(photo(page, 'old 69.gif')).toBeVisible()
  await page.keyboard.press('Home')
  await expect(photo(page, 'new 69.gif')).toBeVisible()
  const box = await boxOf(scrubber(page))
  await page.mouse.click(box.x + box.width / 2, box.y + box.height - 2)
  await expect(photo(page, 'old 10.gif')).toBeVisible()
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

test('axe finds nothing in the timeline, in any look', async ({ daemon, files, page }) => {
  for (let i = 10; i < 30; i++) takePhoto(files, `photo ${i}.gif`, `20${i}-06-15`)
  await files.index()
  await daemon.open(page, files.address({ view: 'timeline' }))
  await photo(page, 'photo 29.gif').click()
  expect(await axeInEachLook(page)).toEqual([])
})

test('on a phone the toolbar of the photos is one row, and its filters are set by keys alone', async ({
  daemon,
  files,
  page,
}) => {
  takePhoto(files, 'photo.gif', '2024-06-15')
  await files.index()
  await page.setViewportSize({ width: 390, height: 844 })
  await daemon.open(page, '/timeline')
  await expect(photo(page, 'photo.gif')).toBeVisible()
  const button = page.getByRole('button', { name: 'Filters' })
  const toolbar = page.getByRole('main').locator('header').first()
  // One row of controls 28 pixels high, with the padding of the bar.
  expect((await boxOf(toolbar)).height).toBeLessThan(48)
  await button.focus()
  await page.keyboard.press('Enter')
  const filters = page.getByRole('dialog', { name: 'Filters' })
  await filters.getByRole('switch', { name: 'Map of places' }).focus()
  await page.keyboard.press('Space')
  await filters.getByRole('combobox', { name: 'What is shown' }).focus()
  await page.keyboard.press('F')
  expect(await axeInEachLook(page)).toEqual([])
  // Past both switches and the button that removes the filters; no camera can be chosen.
  for (let i = 0; i < 4; i++) await page.keyboard.press('Tab')
  await expect(filters.getByRole('button', { name: 'Show photos' })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'No films here' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Filters: 1 set' })).toBeVisible()
  await expect(page.getByText('None of these photos says where it was taken.')).toBeVisible()
  expect((await boxOf(toolbar)).height).toBeLessThan(48)
})
