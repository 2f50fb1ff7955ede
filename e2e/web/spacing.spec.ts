import type { Page } from '@playwright/test'
import { axe } from './axe.ts'
import { boxOf, expect, test } from './fixtures.ts'

/** WCAG 1.4.12: what somebody may set for all text. */
const SPACING = '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }'

/** Texts that are cut off without a sign of it, for want of room. */
function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const cut: string[] = []
    while (walker.nextNode()) {
      const { parentElement: parent, textContent: text } = walker.currentNode
      if (!parent || !text?.trim() || !parent.checkVisibility() || parent.closest('.sr-only, [aria-hidden=true]'))
        continue
      const range = document.createRange()
      range.selectNodeContents(walker.currentNode)
      const { bottom, right, top } = range.getBoundingClientRect()
      for (let box: Element | null = parent; box && box !== document.body; box = box.parentElement) {
        const { overflowX, overflowY, textOverflow } = getComputedStyle(box)
        // What scrolls can be reached.
        if (overflowX === 'auto' || overflowX === 'scroll' || overflowY === 'auto' || overflowY === 'scroll') break
        const edge = box.getBoundingClientRect()
        if (overflowY !== 'visible' && (bottom > edge.bottom + 3 || top < edge.top - 3)) cut.push(text.trim())
        if (textOverflow === 'ellipsis') break
        if (overflowX !== 'visible' && right > edge.right + 1) cut.push(text.trim())
      }
    }
    return cut
  })
}

for (const place of ['list', 'grid', 'jobs', 'devices', 'locations', 'settings', 'statistics', 'search'])
  test(`with wide spacing no text of ${place} is cut off`, async ({ daemon, files, page }) => {
    for (const name of ['a letter.txt', 'another letter.txt', 'notes.md']) files.write(name)
    await files.index()
    const isView = place === 'list' || place === 'grid'
    await daemon.open(page, isView ? files.address({ view: place, inspector: 'true' }) : `/${place}`)
    await expect(page.getByRole('main')).not.toBeEmpty()
    await expect(page.getByRole('link', { name: 'Settings' })).toBeVisible()
    await page.evaluate((css) => {
      const sheet = new CSSStyleSheet()
      sheet.replaceSync(css)
      document.adoptedStyleSheets.push(sheet)
    }, SPACING)
    expect(await cutTexts(page)).toEqual([])
  })

test('axe finds nothing where something has been said in passing', async ({ daemon, files, page }) => {
  files.write('a.txt')
  await files.index()
  await daemon.open(page, files.address({ view: 'list' }))
  await page.getByRole('row', { name: /^a.txt/ }).click({ button: 'right' })
  await page.context().grantPermissions(['clipboard-write'])
  await page.getByRole('menuitem', { name: 'Copy path' }).click()
  await expect(page.getByText('Copied')).toBeVisible()
  expect(await axe(page)).toEqual([])
})

test('on a window of 1,024 pixels every filter of a search is seen whole', async ({ daemon, page }) => {
  await page.setViewportSize({ width: 1_024, height: 760 })
  await daemon.open(page, '/search?q=letter&type=image&ext=jpg&meaning=true')
  const filters = page.getByRole('group', { name: 'Filters' })
  const { width, x } = await boxOf(filters)
  for (const chip of await filters.getByRole('button').all()) {
    const box = await boxOf(chip)
    expect(box.x).toBeGreaterThanOrEqual(x)
    expect(box.x + box.width).toBeLessThanOrEqual(x + width)
  }
})

for (const direction of ['ltr', 'rtl'])
  test(`columns scroll to the one that has the keys (${direction})`, async ({ daemon, files, page }) => {
    await page.setViewportSize({ width: 1_024, height: 760 })
    await page.addInitScript(
      (dir) => addEventListener('DOMContentLoaded', () => (document.documentElement.dir = dir)),
      direction,
    )
    files.write('a/b/c/d/e/letter.txt')
    await files.index()
    await daemon.open(page, files.address({ view: 'columns' }, 'a/b/c/d'))
    await page.getByRole('row', { name: 'e' }).click()
    const grid = page.getByRole('grid')
    await expect.poll(async () => (await boxOf(grid.locator('..'))).width).toBeLessThan(1_024)
    const strip = await boxOf(grid.locator('..'))
    await expect
      .poll(async () => {
        const { width, x } = await boxOf(grid)
        return x >= strip.x - 1 && x + width <= strip.x + strip.width + 1
      })
      .toBe(true)
  })
