import { utimesSync } from 'node:fs'
import { axeInEachLook } from './axe.ts'
import { expect, test } from './fixtures.ts'

test('figures lead to their files, and change when those do', async ({ daemon, files, page }) => {
  files.write('notes.txt', 'x'.repeat(4_000))
  const old = files.write('old.pdf', 'x'.repeat(2_000))
  utimesSync(old, new Date('2019-05-05T12:00:00Z'), new Date('2019-05-05T12:00:00Z'))
  await files.index()
  await daemon.open(page, '/statistics')
  const byAge = page.getByRole('table', { name: 'By age' })
  await expect(byAge.getByRole('row', { name: /2019 2 kB 1/ })).toBeVisible()
  await expect(
    page.getByRole('table', { name: 'By extension' }).getByRole('row', { name: /\.txt 4 kB 1/ }),
  ).toBeVisible()
  files.write('more.txt', 'x'.repeat(1_000))
  await expect(
    page.getByRole('table', { name: 'By extension' }).getByRole('row', { name: /\.txt 5 kB 2/ }),
  ).toBeVisible()
  await byAge.getByRole('link', { name: '2019' }).click()
  await expect(page).toHaveURL(/\/search\?.*modified=/)
  await expect(page.getByText('old.pdf').first()).toBeVisible()
  await page.goBack()
  await page.getByRole('table', { name: 'By location' }).getByRole('link').first().click()
  await expect(page).toHaveURL(/\/browse\?path=/)
})

test('axe finds nothing in the statistics, in any look', async ({ daemon, files, page }) => {
  for (const extension of ['jpg', 'mp4', 'mp3', 'pdf', 'ts', 'zip', 'exe', 'xyz'])
    files.write(`file.${extension}`, 'x'.repeat(5_000))
  await files.index()
  await daemon.open(page, '/statistics')
  await expect(page.getByRole('table', { name: 'By kind' })).toBeVisible()
  expect(await axeInEachLook(page)).toEqual([])
})
