import { axeInEachLook } from './axe.ts'
import { expect, test } from './fixtures.ts'

const kilobytes = (count: number) => 'x'.repeat(count * 1_000)

test('the map goes in by a click, the path goes out, and the table says the same', async ({ daemon, files, page }) => {
  files.write('large/inner/film.mp4', kilobytes(600))
  files.write('large/photo.jpg', kilobytes(100))
  files.write('small.txt', kilobytes(200))
  await files.index()
  await daemon.open(page, files.address({ view: 'size' }))
  await expect(page.getByRole('row', { name: /large.*700 kB.*78%.*2/ })).toBeVisible()
  await expect(page.getByRole('row', { name: /small\.txt.*200 kB.*22%.*1/ })).toBeVisible()
  await page
    .getByRole('img', { name: /^Map of/ })
    .getByText('large', { exact: true })
    .click()
  await expect(page).toHaveURL(/path=.*large/)
  await expect(page.getByRole('row', { name: /inner.*600 kB/ })).toBeVisible()
  await page.keyboard.press('Alt+ArrowUp')
  await expect(page.getByRole('row', { name: /small\.txt/ })).toBeVisible()
})

test('on a narrow screen the map and the table are shown in turn', async ({ daemon, files, page }) => {
  files.write('a.txt', kilobytes(1))
  await files.index()
  await page.setViewportSize({ width: 390, height: 800 })
  await daemon.open(page, files.address({ view: 'size' }))
  await expect(page.getByRole('img', { name: /^Map of/ })).toBeVisible()
  await page.getByRole('button', { name: 'Table' }).click()
  await expect(page.getByRole('row', { name: /a\.txt/ })).toBeVisible()
  await expect(page.getByRole('img', { name: /^Map of/ })).toBeHidden()
})

test('axe finds nothing in the map of sizes, in any look', async ({ daemon, files, page }) => {
  for (const extension of ['jpg', 'mp4', 'mp3', 'pdf', 'ts', 'zip', 'exe', 'xyz'])
    files.write(`folder/file.${extension}`, kilobytes(10))
  files.write('a.txt', kilobytes(5))
  await files.index()
  await daemon.open(page, files.address({ view: 'size' }))
  await expect(page.getByRole('row', { name: /a\.txt/ })).toBeVisible()
  expect(await axeInEachLook(page)).toEqual([])
})
