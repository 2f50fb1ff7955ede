import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mountTmpfs, NO_MOUNTS } from '../../core/testing/mount.ts'
import { expect, test as base, TestDaemon } from './fixtures.ts'

/** With a daemon of its own for each test, which may end it. */
const test = base.extend<{ own: TestDaemon }>({
  // oxlint-disable-next-line no-empty-pattern
  own: async ({}, use) => {
    await using daemon = await TestDaemon.start()
    await use(daemon)
  },
})

const LOST = 'The daemon is not running.'

test('while the daemon is gone the page says so and can be used; then it goes on where it was', async ({
  own,
  page,
}) => {
  const files = own.folder()
  for (const name of ['a.txt', 'b.txt', 'c.txt']) files.write(name)
  await files.index()
  await own.open(page, files.address({ view: 'list' }))
  const row = (name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) })
  await row('a.txt').click()
  await own.stop()
  const banner = page.getByRole('status').filter({ hasText: LOST })
  await expect(banner).toBeVisible()
  await expect(banner.getByText(/Trying again/)).toBeVisible()
  await page.keyboard.press('ArrowDown')
  await expect(row('b.txt')).toHaveAttribute('aria-selected', 'true')
  files.write('made meanwhile.txt')
  await own.startAgain()
  await banner
    .getByRole('button', { name: 'Try now' })
    .click({ timeout: SOON_MS })
    .catch(() => {})
  await expect(banner).toBeHidden()
  await expect(row('made meanwhile.txt')).toBeVisible()
  await expect(row('b.txt')).toHaveAttribute('aria-selected', 'true')
  files.write('made later.txt')
  await expect(row('made later.txt')).toBeVisible()
})

/** By then it has tried again by itself. */
const SOON_MS = 3_000

test('an action that fails while the daemon is gone is reported and never run later', async ({ own, page }) => {
  const files = own.folder()
  files.write('a.txt')
  await files.index()
  await own.open(page, '/locations')
  // Not that of a job in the tray.
  const pause = page.getByRole('main').getByRole('button', { name: 'Pause' })
  await expect(pause).toBeVisible()
  await own.stop()
  await expect(page.getByText(LOST)).toBeVisible()
  await pause.click()
  await expect(page.getByRole('alert')).toContainText('That could not be done')
  await expect(page.getByRole('alert')).toContainText('the daemon cannot be reached')
  await own.startAgain()
  await expect(page.getByText(LOST)).toBeHidden()
  await expect(pause).toBeVisible()
  const [location] = await own.call<{ state: string }[]>('locations.list')
  expect(location!.state).not.toBe('paused')
})

test('a picture that failed while the daemon was gone is there when it is back', async ({ own, page }) => {
  const files = own.folder()
  files.write('drawn.png', Buffer.from(PNG, 'base64'))
  await files.index('content')
  await page.route('**/media/**', (route) => route.abort())
  await own.open(page, files.address({ view: 'grid' }))
  const picture = page.getByRole('gridcell', { name: /^drawn/ }).locator('img[src*="/media/"]')
  await expect(page.getByRole('gridcell', { name: /^drawn/ })).toBeVisible()
  await expect(picture).toHaveCount(0)
  await own.stop()
  await expect(page.getByText(LOST)).toBeVisible()
  await page.unroute('**/media/**')
  await own.startAgain()
  await expect(page.getByText(LOST)).toBeHidden()
  await expect.poll(() => picture.evaluateAll((images: HTMLImageElement[]) => images[0]?.naturalWidth)).toBe(1)
})

/** One pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

test('a daemon that takes its time is waited for', async ({ own, page }) => {
  const files = own.folder()
  files.write('a folder/inside.txt')
  await files.index()
  await own.open(page, files.address({ view: 'list' }))
  await page.getByRole('row', { name: /^a folder/ }).click()
  own.pause()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/a\+folder|a%20folder/)
  await expect(page.getByRole('row', { name: /^inside/ })).toHaveCount(0)
  own.goOn()
  await expect(page.getByRole('row', { name: /^inside/ })).toBeVisible()
  await expect(page.getByText(LOST)).toBeHidden()
})

test('a change in one tab appears in the other', async ({ daemon, files, page }) => {
  files.write('a.txt')
  await files.index()
  await daemon.open(page, '/locations')
  const other = await page.context().newPage()
  await other.goto(new URL('/locations', daemon.origin).href)
  await page.getByRole('button', { name: 'Pause' }).click()
  await expect(other.getByRole('button', { name: 'Resume' })).toBeVisible()
})

test('twenty tabs are told of a new file', async ({ daemon, files, page }) => {
  test.setTimeout(MANY_TABS_MS)
  files.write('a.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  const tabs = [page]
  while (tabs.length < TABS) {
    const tab = await page.context().newPage()
    await tab.goto(page.url())
    tabs.push(tab)
  }
  for (const tab of tabs) await expect(tab.getByRole('row', { name: /^a.txt/ })).toBeVisible()
  files.write('b.txt')
  // A tab that is not seen need not draw, but knows.
  for (const tab of tabs) await expect(tab.getByRole('row', { name: /^b.txt/ })).toBeVisible()
})

const TABS = 20
const MANY_TABS_MS = 300_000

test.describe('a disk', () => {
  test.skip(NO_MOUNTS !== null, NO_MOUNTS ?? '')

  test('a disk that is unplugged while it is looked at stays on the screen, and says so', async ({
    daemon,
    files,
    page,
  }) => {
    const disk = join(files.path, 'disk')
    const mounted = mountTmpfs(disk, '8m')
    let isMounted = true
    try {
      writeFileSync(join(disk, 'on the disk.txt'), 'hello')
      await daemon.call('locations.add', { path: disk, mode: 'shallow' })
      await daemon.idle()
      await daemon.open(page, files.address({ view: 'list' }, 'disk'))
      const row = page.getByRole('row', { name: /^on the disk/ })
      await expect(row).toBeVisible()
      mounted[Symbol.dispose]()
      isMounted = false
      await expect(page.getByRole('status').filter({ hasText: 'what the index remembers' })).toBeVisible()
      await expect(row).toBeVisible()
      await row.click()
      await page.keyboard.press('Space')
      const preview = page.getByRole('dialog', { name: 'Preview of on the disk.txt' })
      await expect(preview.getByRole('status').filter({ hasText: /plug/i })).toBeVisible()
    } finally {
      if (isMounted) mounted[Symbol.dispose]()
    }
  })
})
