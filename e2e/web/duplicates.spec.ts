import { axe } from './axe.ts'
import { expect, test } from './fixtures.ts'

const big = (seed: string) => seed.repeat(300_000)

test('copies are listed with what they take, compared whole, and lead to their folders', async ({
  daemon,
  files,
  page,
}) => {
  files.write('here/film.bin', big('abc'))
  files.write('there/same film.bin', big('abc'))
  files.write('here/note.txt', 'small')
  files.write('there/note.txt', 'small')
  files.write('alone.txt', 'nothing like it')
  await files.index('content')
  await daemon.open(page, '/duplicates')
  const groups = page.getByRole('listitem').filter({ has: page.getByRole('heading', { level: 2 }) })
  await expect(groups).toHaveCount(2)
  await expect(groups.first()).toContainText('film.bin')
  await expect(groups.first()).toContainText('Samples agree')
  await expect(groups.nth(1)).toContainText('Every byte agrees')
  await expect(page.getByText('900 kB could be freed').first()).toBeVisible()
  await groups.first().getByRole('button', { name: 'Compare the copies of film.bin byte by byte' }).click()
  await expect(groups.first()).toContainText('Every byte agrees')
  await groups
    .first()
    .getByRole('link', { name: /same film/ })
    .click()
  await expect(page).toHaveURL(/\/browse\?.*there/)
  await expect(page.getByRole('heading', { name: 'there' })).toBeVisible()
})

test('what differs behind its samples is said so', async ({ daemon, files, page }) => {
  const bytes = Buffer.from(big('abc'))
  const other = Buffer.from(bytes)
  other[20_000] = 0
  files.write('a.bin', bytes)
  files.write('b.bin', other)
  await files.index('content')
  await daemon.open(page, '/duplicates')
  await page.getByRole('button', { name: 'Compare all byte by byte' }).click()
  await expect(page.getByText('Not all the same')).toBeVisible()
  await expect(page.getByText('other content').first()).toBeVisible()
})

test('files that exist once are listed and filtered by type, without an axe violation', async ({
  daemon,
  files,
  page,
}) => {
  files.write('once.txt', 'only here')
  files.write('once.html', '<!doctype html><html><body>only here</body></html>')
  await files.index('content')
  await daemon.open(page, '/duplicates')
  await expect(page.getByRole('heading', { name: 'No two files hold the same content' })).toBeVisible()
  expect(await axe(page)).toEqual([])
  await page.getByRole('link', { name: 'Only one copy' }).click()
  await expect(page.getByText('2 files').first()).toBeVisible()
  await page.getByRole('button', { name: 'Type', exact: true }).click()
  await page.getByRole('checkbox', { name: 'Text' }).check()
  await expect(page).toHaveURL(/type=/)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('link', { name: /once\.txt/ })).toBeVisible()
  await expect(page.getByRole('link', { name: /once\.html/ })).toBeHidden()
  expect(await axe(page)).toEqual([])
})
