import { expect, test } from './fixtures.ts'

test('a range that is chosen stays chosen in another order', async ({ daemon, files, page }) => {
  const sizes = { a: 50, b: 10, c: 40, d: 20, e: 30 }
  for (const [name, size] of Object.entries(sizes)) files.write(`${name}.txt`, 'x'.repeat(size))
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}.txt`) })
  await row('b').click()
  await row('d').click({ modifiers: ['Shift'] })
  await page.getByRole('columnheader', { name: 'Size' }).getByRole('button').click()
  await expect(page).toHaveURL(/sort=size/)
  await expect(page.getByRole('row', { selected: true })).toHaveCount(3)
  for (const name of ['b', 'c', 'd']) await expect(row(name)).toHaveAttribute('aria-selected', 'true')
})

test('the palette goes to pages', async ({ daemon, files, page }) => {
  files.write('a.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await expect(page.getByRole('row', { name: /^a.txt/ })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('Duplic')
  await expect(page.getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/duplicates/)
})

test('in forced colours a bar says which place of the sidebar is shown', async ({ daemon, page }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await daemon.open(page, '/settings')
  await expect(page.getByRole('link', { name: 'Settings' })).toHaveCSS('border-inline-start-width', '4px')
  await expect(page.getByRole('link', { name: 'Statistics' })).toHaveCSS('border-inline-start-width', '0px')
})

test('a square of the size view has the menu of its file', async ({ daemon, files, page }) => {
  files.write('large.bin', 'x'.repeat(50_000))
  files.write('small.bin', 'x'.repeat(20_000))
  await files.index()
  await daemon.open(page, files.address({ view: 'size' }))
  await page.getByRole('img').locator('[data-tile]').filter({ hasText: 'large.bin' }).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Show details' }).click()
  await expect(page).toHaveURL(/sel=.*large\.bin/)
  await expect(page.getByRole('complementary').getByText('large.bin').first()).toBeVisible()
})
