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

test('keys alone go through the table, in, and to the preview', async ({ daemon, files, page }) => {
  files.write('folder/notes.txt', 'what is written')
  files.write('folder/big.bin', kilobytes(5))
  files.write('a.txt', 'a')
  await files.index()
  await daemon.open(page, files.address({ view: 'size' }))
  await page.getByRole('button', { name: 'folder' }).focus()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByRole('button', { name: 'a.txt' })).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('button', { name: 'notes.txt' })).toBeVisible()
  await page.getByRole('columnheader', { name: 'Name' }).getByRole('button').click()
  await expect(page.getByRole('columnheader', { name: 'Name' })).toHaveAttribute('aria-sort', 'ascending')
  await page.getByRole('button', { name: 'notes.txt' }).dblclick()
  await expect(page.getByRole('dialog', { name: /notes\.txt/ })).toBeVisible()
})

test('what is too small is told as so many smaller items, and found in the list', async ({ daemon, files, page }) => {
  files.write('large.bin', kilobytes(900))
  for (let i = 0; i < 230; i++) files.write(`tiny ${i}.txt`, 'x'.repeat(300 - i))
  await files.index()
  await daemon.open(page, files.address({ view: 'size' }))
  const rest = page.getByRole('button', { name: '31 smaller items' })
  await expect(rest).toBeVisible()
  await rest.click()
  await expect(page).toHaveURL(/view=list/)
  await expect(page).toHaveURL(/sort=size/)
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
