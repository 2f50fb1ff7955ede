import { utimesSync } from 'node:fs'
import type { Page } from '@playwright/test'
import { expect, test, type TestFolder } from './fixtures.ts'

/** The smallest picture there is: one grey pixel. */
const PIXEL = Buffer.from('R0lGODlhAQABAIAAAMLCwgAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64')
const photo = (page: Page, name: string) => page.getByRole('gridcell', { name: new RegExp(`^${name},`) })

/** Writes a photo that was changed last on a day: `2024-05-03`. */
function takePhoto(files: TestFolder, name: string, day: string): void {
  const path = files.write(name, PIXEL)
  utimesSync(path, new Date(`${day}T12:00:00Z`), new Date(`${day}T12:00:00Z`))
}

test('the timeline shows photos or films alone, and what is chosen stays so where it is among them', async ({
  daemon,
  files,
  page,
}) => {
  takePhoto(files, 'b.gif', '2024-06-02')
  takePhoto(files, 'a.gif', '2023-01-01')
  await files.index()
  await daemon.open(page, files.address({ view: 'timeline' }))
  await photo(page, 'a.gif').click()
  const kinds = page.getByRole('group', { name: 'What is shown' })
  await kinds.getByRole('button', { name: 'Photos only' }).click()
  await expect(page).toHaveURL(/only=image/)
  await expect(photo(page, 'a.gif')).toHaveAttribute('aria-selected', 'true')
  await kinds.getByRole('button', { name: 'Films only' }).click()
  await expect(page.getByRole('heading', { name: 'No films here' })).toBeVisible()
  await page.reload()
  await expect(kinds.getByRole('button', { name: 'Films only' })).toHaveAttribute('aria-pressed', 'true')
  await kinds.getByRole('button', { name: 'Photos and films' }).click()
  await expect(photo(page, 'b.gif')).toBeVisible()
})
