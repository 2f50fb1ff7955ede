import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { boxOf, expect, test } from './fixtures.ts'

const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(`^${name}`) })

test('by keyboard alone: open a folder, select, download, sort, search, change a setting, see the jobs, come back', async ({
  daemon,
  files,
  page,
}) => {
  files.write('Letters/a.txt', 'first')
  files.write('Letters/b.txt', 'second')
  files.write('Letters/whale song.txt', 'third')
  files.write('readme.txt')
  await files.index('content')
  await daemon.open(page, files.address({ view: 'list' }))
  // The rows have the focus at once.
  await expect(row(page, 'Letters')).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  await expect(row(page, 'a.txt')).toBeFocused()
  await page.keyboard.press('Home')
  await page.keyboard.press('Shift+ArrowDown')
  await expect(page.getByText('2 selected')).toBeVisible()

  const downloading = page.waitForEvent('download')
  await page.keyboard.press('Alt+ArrowDown')
  const download = await downloading
  expect(download.suggestedFilename()).toBe('Letters.zip')
  const listed = execFileSync('unzip', ['-Z1', await download.path()], { encoding: 'utf8' })
  expect(listed.trim().split('\n')).toEqual(['a.txt', 'b.txt'])

  // Escape clears the selection, closes the inspector, and goes back.
  await page.keyboard.press('Alt+Enter')
  await expect(page.getByRole('complementary', { name: 'Inspector' }).getByText('2 files')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText('2 selected')).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('complementary', { name: 'Inspector' })).toBeHidden()
  await page.keyboard.press('Escape')
  await expect(row(page, 'Letters')).toBeFocused()

  // Sort by the header, which is before the rows.
  await page.keyboard.press('Shift+Tab')
  await expect(page.getByRole('button', { name: 'Choose columns' })).toBeFocused()
  const size = page.getByRole('columnheader', { name: 'Size' }).getByRole('button')
  while (!(await size.evaluate((button) => button === document.activeElement))) await page.keyboard.press('Shift+Tab')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/sort=size/)

  // While a notice is shown, F6 leads to it.
  await expect(page.getByText('Letters.zip is being downloaded').first()).toBeHidden()
  // F6 leads into the rows again, and through all parts of the window.
  await page.keyboard.press('F6')
  await expect(page.getByRole('contentinfo').locator(':focus')).toHaveCount(1)
  await page.keyboard.press('F6')
  await expect(page.getByRole('navigation', { name: 'Places' }).locator(':focus')).toHaveCount(1)
  await page.keyboard.press('F6')
  await expect(page.locator('header[data-pane] :focus')).toHaveCount(1)
  await page.keyboard.press('F6')
  await expect(page.locator('[data-row]:focus')).toHaveCount(1)

  await page.keyboard.press('/')
  await page.keyboard.type('whale')
  await expect(row(page, 'whale song.txt')).toBeVisible()

  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog').locator(':focus')).toHaveCount(1)
  await page.keyboard.type('Settings')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/settings/)
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog').locator(':focus')).toHaveCount(1)
  await page.keyboard.type('Jobs')
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/jobs/)
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/\/settings/)
})

test('a file that is renamed on disk stays selected', async ({ daemon, files, page }) => {
  for (const name of ['a.txt', 'm.txt', 'n.txt']) files.write(name)
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await row(page, 'm.txt').click()
  await expect(row(page, 'm.txt')).toHaveAttribute('aria-selected', 'true')
  renameSync(join(files.path, 'm.txt'), join(files.path, 'z.txt'))
  await expect(row(page, 'z.txt')).toHaveAttribute('aria-selected', 'true')
  await expect(row(page, 'n.txt')).toHaveAttribute('aria-selected', 'false')
})

test('columns of the list are resized with the pointer, and are so after a reload', async ({ daemon, files, page }) => {
  files.write('a.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  const line = page.getByRole('separator', { name: 'Width of the column Modified' })
  const header = page.getByRole('columnheader', { name: 'Modified' })
  const before = await boxOf(header)
  const { height, x, y } = await boxOf(line)
  await page.mouse.move(x, y + height / 2)
  await page.mouse.down()
  await page.mouse.move(x - 60, y + height / 2, { steps: 4 })
  await page.mouse.up()
  await expect.poll(async () => Math.round((await boxOf(header)).width - before.width)).toBe(60)
  const cell = row(page, 'a.txt').getByRole('gridcell').nth(2)
  expect((await boxOf(cell)).x).toBeCloseTo((await boxOf(header)).x, 0)
  await page.reload()
  await expect.poll(async () => Math.round((await boxOf(header)).width - before.width)).toBe(60)
})

test('a box stays at the pointer while the wheel turns, and takes the rows that come', async ({
  daemon,
  files,
  page,
}) => {
  for (let i = 0; i < 80; i++) files.write(`${String(i).padStart(2, '0')}.txt`)
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  const first = await boxOf(row(page, '00.txt'))
  await page.mouse.move(first.x + first.width - 8, first.y + 10)
  await page.mouse.down()
  await page.mouse.move(first.x + first.width - 60, first.y + 100, { steps: 3 })
  await expect(page.getByText('4 selected')).toBeVisible()
  await page.mouse.wheel(0, 280)
  await expect(page.getByText('14 selected')).toBeVisible()
  await page.mouse.up()
})

test('a middle click opens a folder in a tab of its own', async ({ context, daemon, files, page }) => {
  files.write('box/deep.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  const opening = context.waitForEvent('page')
  await row(page, 'box').click({ button: 'middle' })
  const tab = await opening
  await expect(row(tab, 'deep.txt')).toBeVisible()
  await expect(row(page, 'box')).toBeVisible()
})

test('on a narrow window the chosen folder of the columns stays in sight', async ({ daemon, files, page }) => {
  files.write('letters/inner/deep.txt')
  await files.index()
  await page.setViewportSize({ width: 390, height: 844 })
  await daemon.open(page, files.address({ view: 'columns' }, 'letters'))
  await row(page, 'inner').click()
  await expect(page.getByRole('list', { name: 'Contents of inner' }).getByText('deep.txt')).toBeAttached()
  await expect(row(page, 'inner').getByText('inner')).toBeInViewport({ ratio: 1 })
})

/** Web Vitals call a page good up to this. */
const GOOD_CLS = 0.1

for (const place of [
  'grid',
  'list',
  'columns',
  'search?q=letter',
  'timeline',
  'locations',
  'jobs',
  'statistics',
  'settings',
])
  for (const width of [1_440, 390])
    test(`the page ${place} does not shift while it is loaded, ${width} pixels wide`, async ({
      daemon,
      files,
      page,
    }) => {
      for (let i = 0; i < 12; i++) files.write(`letter ${i}.txt`, `letter ${i}`)
      for (let i = 0; i < 3; i++) files.write(`box/${i}.txt`)
      await files.index('content')
      await page.setViewportSize({ width, height: 844 })
      await page.addInitScript(() => {
        Object.assign(globalThis, { shifted: 0 })
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[])
            if (!entry.hadRecentInput) (globalThis as unknown as { shifted: number }).shifted += entry.value
        }).observe({ type: 'layout-shift', buffered: true })
      })
      const isView = place === 'grid' || place === 'list' || place === 'columns'
      await daemon.open(page, isView ? files.address({ view: place }) : `/${place}`)
      await expect(page.getByRole('main')).not.toBeEmpty()
      await page.waitForLoadState('networkidle')
      await expect(page.getByRole('contentinfo')).toContainText('No active jobs')
      const shifted = () => page.evaluate(() => (globalThis as unknown as { shifted: number }).shifted)
      expect(await shifted()).toBeLessThan(GOOD_CLS)
    })
