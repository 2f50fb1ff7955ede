import type { Locator, Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

/** No pointer is used in any of these. */

test('by keyboard alone: a folder, a search, a preview, the inspector, the jobs', async ({ daemon, files, page }) => {
  files.write('Letters/other.txt')
  files.write('Letters/whale song.txt', 'The whale sings at night.')
  files.write('readme.txt')
  await files.index('content')
  await daemon.open(page, '/')
  await expect(page).toHaveURL(/\/browse/)
  await expect(page.getByRole('button', { name: 'Type a path' })).toBeVisible()
  await page.keyboard.press('Alt+2')
  const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) })
  await tabTo(page, row('Letters'))
  await page.keyboard.press('End')
  await expect(row('readme.txt')).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(row('Letters')).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(row('other.txt')).toBeVisible()
  // The focus has come along.
  await page.keyboard.press('End')
  await expect(row('whale song.txt')).toBeFocused()

  await page.keyboard.press('/')
  await expect(page.getByRole('searchbox')).toBeFocused()
  await page.keyboard.type('whale')
  await expect(page).toHaveURL(/\/search/)
  // The folder is shown until the results are there, and has a row of this name, too.
  await expect(row('other.txt')).toBeHidden()
  await expect(row('whale song.txt')).toBeVisible()
  await expect(page.getByRole('searchbox')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(row('whale song.txt')).toBeFocused()

  await page.keyboard.press('Space')
  const preview = page.getByRole('dialog', { name: 'Preview of whale song.txt' })
  await expect(preview.getByText('The whale sings at night.')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(preview).toBeHidden()
  await expect(row('whale song.txt')).toBeFocused()

  await page.keyboard.press('Alt+Enter')
  const inspector = page.getByRole('complementary', { name: 'Inspector' })
  await expect(inspector.getByText('whale song.txt').first()).toBeVisible()
  await tabTo(page, inspector.getByRole('button').or(inspector.getByRole('link')).first())

  await tabTo(page, page.getByRole('contentinfo').getByRole('link'))
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/jobs/)
  await tabTo(page, page.getByRole('button', { name: 'Details' }).first())
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  await expect(page.getByRole('button', { name: 'Details' }).first()).toBeFocused()
})

test('by keyboard alone: select, copy paths, download, switch views, photos, settings, a command by its name', async ({
  context,
  daemon,
  files,
  page,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  for (const name of ['a.txt', 'b.txt', 'c.txt']) files.write(name)
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) })
  await expect(row('a.txt')).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByRole('row', { selected: true })).toHaveCount(2)
  await page.keyboard.press('Control+c')
  const copied = () => page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(copied).toBe(`${files.path}/a.txt\n${files.path}/b.txt`)
  const download = page.waitForEvent('download')
  await page.keyboard.press('Alt+ArrowDown')
  expect((await download).suggestedFilename()).toMatch(/\.zip$/)

  await page.keyboard.press('Alt+1')
  await expect(page).toHaveURL(/view=grid/)
  await expect(page.getByRole('gridcell', { name: /^b.txt/ })).toBeFocused()
  await page.keyboard.press('Alt+4')
  await expect(page).toHaveURL(/view=timeline/)

  const places = page.getByRole('navigation', { name: 'Places' })
  await tabTo(page, places.getByRole('link', { name: 'Photos and films' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Photos and films' })).toBeVisible()
  await tabTo(page, places.getByRole('link', { name: 'Settings' }))
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible()
  await tabTo(page, page.getByRole('combobox', { name: 'Theme' }))
  await page.keyboard.press('D')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')

  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog').locator(':focus')).toHaveCount(1)
  await page.keyboard.type('duplicates')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/duplicates/)
})

test('a dialog keeps the focus, and gives it back', async ({ daemon, files, page }) => {
  files.write('a.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  const row = page.getByRole('row', { name: /^a.txt/ })
  await tabTo(page, row)
  await page.keyboard.press('Shift+?')
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  for (let i = 0; i < 5; i++) {
    await page.keyboard.press('Tab')
    await expect(dialog.locator(':focus')).toHaveCount(1)
  }
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(row).toBeFocused()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog').locator(':focus')).toHaveCount(1)
  await page.keyboard.type('view as grid')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/view=grid/)
})

test('the menu of a file opens by a key, and Escape leads back to the file', async ({ daemon, files, page }) => {
  files.write('a.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  const row = page.getByRole('row', { name: /^a.txt/ })
  await tabTo(page, row)
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+F10')
  const menu = page.getByRole('menu')
  await expect(menu).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(menu.locator(':focus')).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(menu).toBeHidden()
  await expect(row).toBeFocused()
})

/** More than a page has. */
const MOST_STOPS = 80

/** Presses Tab until something has the focus; what cannot be come to by Tab fails. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible()
  for (let i = 0; i < MOST_STOPS; i++) {
    await page.keyboard.press('Tab')
    if ((await target.and(page.locator(':focus')).count()) > 0) return
  }
  throw new Error(`Tab does not come to ${String(target)}`)
}
