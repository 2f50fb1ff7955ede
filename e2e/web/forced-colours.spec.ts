import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import sharp from 'sharp'
import { axe } from './axe.ts'
import { expect, test, type TestFolder } from './fixtures.ts'

test.use({ forcedColors: 'active', colorScheme: 'dark' })

/** The least difference, in one of red, green and blue, between a sign and what is around it, of 255. */
const SEEN = 100

const places = [
  { name: 'the list', view: 'list', row: 'row' },
  { name: 'the grid', view: 'grid', row: 'gridcell' },
  { name: 'the photos', view: 'timeline', row: 'gridcell' },
] as const

for (const { name, row, view } of places)
  test(`in forced colours ${name} shows focus, selection and icons`, async ({ daemon, files, page }) => {
    await writePictures(files)
    await daemon.open(page, files.address({ view }))
    const [first, second] = [page.getByRole(row, { name: /one\.png/ }), page.getByRole(row, { name: /two\.png/ })]
    await first.click()
    await expect(first).toHaveAttribute('aria-selected', 'true')
    expect(await backgroundOf(first)).toBe(await systemColour(page, 'Highlight'))
    expect(await backgroundOf(second)).not.toBe(await systemColour(page, 'Highlight'))
    await page.keyboard.press('Home')
    expect(await hasOutline(page)).toBe(true)
    await everyIconIsSeen(page.getByRole('main').locator('header'))
    await everyIconIsSeen(page.getByRole('navigation', { name: 'Places' }))
    expect(await axe(page)).toEqual([])
  })

test('in forced colours the settings show focus, switches and icons', async ({ daemon, page }) => {
  await daemon.open(page, '/settings')
  const on = page.getByRole('switch', { checked: true }).first()
  const off = page.getByRole('switch', { checked: false }).first()
  await on.focus()
  await page.keyboard.press('Tab')
  expect(await hasOutline(page)).toBe(true)
  // Switches that are on have another ground than those that are off.
  expect(await backgroundOf(on)).not.toBe(await backgroundOf(off))
  await everyIconIsSeen(page.getByRole('navigation', { name: 'Places' }))
  expect(await axe(page)).toEqual([])
})

test('in forced colours the preview shows focus, pressed buttons and icons', async ({ daemon, files, page }) => {
  await writePictures(files)
  await daemon.open(page, files.address({ view: 'list', sel: join(files.path, 'one.png'), preview: 'true' }))
  const preview = page.getByRole('dialog', { name: 'Preview of one.png' })
  await expect(preview.getByRole('img', { name: 'one.png' })).toBeVisible()
  await page.keyboard.press('Tab')
  expect(await hasOutline(page)).toBe(true)
  const pressed = preview.getByRole('button', { pressed: true }).first()
  const other = preview.getByRole('button', { pressed: false }).first()
  expect(await backgroundOf(pressed)).not.toBe(await backgroundOf(other))
  await everyIconIsSeen(preview.locator('header'))
  // Without the tooltip of the button that had the focus.
  await preview.focus()
  expect(await axe(page)).toEqual([])
})

async function writePictures(files: TestFolder): Promise<void> {
  for (const [name, background] of [
    ['one', '#c2410c'],
    ['two', '#0c41c2'],
  ] as const) {
    const picture = sharp({ create: { width: 300, height: 200, channels: 3, background } })
    files.write(`${name}.png`, await picture.png().toBuffer())
  }
  await files.index('content')
}

function backgroundOf(element: Locator): Promise<string> {
  return element.evaluate((of) => getComputedStyle(of).backgroundColor)
}

/** What the browser makes of the name of a colour of the system. */
function systemColour(page: Page, name: string): Promise<string> {
  return page.evaluate((colour) => {
    const probe = document.createElement('span')
    probe.style.setProperty('forced-color-adjust', 'none')
    probe.style.backgroundColor = colour
    document.body.append(probe)
    const found = getComputedStyle(probe).backgroundColor
    probe.remove()
    return found
  }, name)
}

/** Whether the element that has the focus shows it, by a line of two pixels or more in a colour of its own. */
function hasOutline(page: Page): Promise<boolean> {
  return page.evaluate(() => {
    const { backgroundColor, outlineColor, outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!)
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && outlineColor !== backgroundColor
  })
}

/** By pixels: each icon has light and dark ones, except in disabled controls. */
async function everyIconIsSeen(area: Locator): Promise<void> {
  const icons = await area.locator('svg:visible:not(:disabled *)').all()
  expect(icons.length).toBeGreaterThan(2)
  for (const icon of icons) {
    const { channels } = await sharp(await icon.screenshot()).stats()
    const range = Math.max(...channels.slice(0, 3).map(({ max, min }) => max - min))
    expect(range, await icon.evaluate((each) => each.outerHTML)).toBeGreaterThan(SEEN)
  }
}
