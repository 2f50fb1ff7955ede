import { expect, test } from './fixtures.ts'

test('in forced colours a bar says which place of the sidebar is shown', async ({ daemon, page }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await daemon.open(page, '/settings')
  await expect(page.getByRole('link', { name: 'Settings' })).toHaveCSS('border-inline-start-width', '4px')
  await expect(page.getByRole('link', { name: 'Statistics' })).toHaveCSS('border-inline-start-width', '0px')
})
