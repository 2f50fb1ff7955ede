import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test as base, TestDaemon } from './fixtures.ts'

/** With a daemon of its own, whose files are damaged. */
const test = base.extend<{ own: TestDaemon }>({
  // oxlint-disable-next-line no-empty-pattern
  own: async ({}, use) => {
    await using daemon = await TestDaemon.start()
    await use(daemon)
  },
})

test('damaged files and a library that is away are told on every page', async ({ own, page }) => {
  const [library] = await own.call<{ path: string }[]>('libraries.list')
  await own.stop()
  for (const name of ['config.json', 'device.json']) writeFileSync(join(own.dataDir, name), '{ broken')
  await own.startAgain()
  await own.open(page, '/settings')
  const banner = page.getByRole('status').filter({ hasText: 'Files of the data folder were damaged' })
  await expect(banner).toBeVisible()
  await expect(banner).toContainText(`${join(own.dataDir, 'device.json')} was damaged: it was restored from its copy`)
  await expect(banner).toContainText('config.json was damaged')
  await expect(page.getByText('1 thing needs your attention')).toBeHidden()
  const { path } = library!
  renameSync(path, `${path}.away`)
  await page.getByText('1 thing needs your attention').click()
  await expect(page.getByRole('status').getByText('put it back, and it opens by itself')).toBeVisible()
  renameSync(`${path}.away`, path)
  await expect(page.getByText('1 thing needs your attention')).toBeHidden()
})
