import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { corpus, NO_CORPUS } from '../../../core/testing/corpus.ts'
import { isBlank, type Region } from '../../../scripts/blank-pictures.ts'
import { expect, test, TestDaemon, TestFolder } from '../fixtures.ts'

const FOLDER = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url))
const widths = [1440, 390]
const schemes = ['light', 'dark'] as const
/** JPEG: small enough to be kept with the code, good enough to see a misplaced line. */
const QUALITY = 60
/** How long the content of a view may take to be shown, in milliseconds. */
const READY_MS = 240_000

interface View {
  readonly name: string
  /** Its address. */
  readonly to: string
  /** Waits for the content that the view is about. */
  readonly ready: (page: Page) => Promise<unknown>
}

test.skip(corpus === null, NO_CORPUS)

test('every view, light and dark, wide and narrow', async ({ browser }) => {
  mkdirSync(FOLDER, { recursive: true })
  await using daemon = await TestDaemon.start()
  const shoot = async (shown: readonly View[], after = async (_page: Page, _suffix: string) => {}) => {
    for (const width of widths)
      for (const colorScheme of schemes) {
        const suffix = `${colorScheme}-${width}`
        const context = await browser.newContext({ viewport: { width, height: width > 900 ? 900 : 780 }, colorScheme })
        const page = await context.newPage()
        for (const { name, ready, to } of shown) {
          await daemon.open(page, to)
          await ready(page)
          await save(page, `${name}-${suffix}`)
        }
        await after(page, suffix)
        await context.close()
      }
  }
  await shoot([{ name: 'first-run', to: '/', ready: (page) => page.getByRole('textbox').first().waitFor() }])
  const files = new TestFolder(daemon, daemon.folder().mkdir('Pictures'))
  fill(files)
  await files.index('deep')
  await shoot(views(files), async (page, suffix) => {
    await daemon.open(page, files.address({ view: 'grid' }, 'Photos'))
    await page.getByRole('gridcell').first().waitFor()
    await settled(page, 'the folder before the daemon stops')
    await daemon.stop()
    await page.getByText('The daemon is not running').waitFor()
    await save(page, `offline-${suffix}`)
    await daemon.startAgain()
  })
})

function fill(files: TestFolder): void {
  cpSync(join(corpus!, 'exif-samples/jpg'), join(files.path, 'Photos'), { recursive: true })
  for (const part of ['ocr', 'speech', 'heic', 'orientation', 'small'])
    cpSync(join(corpus!, part), join(files.path, part), { recursive: true })
  cpSync(join(corpus!, 'orientation'), join(files.path, 'Copies'), { recursive: true })
  files.mkdir('Empty')
}

function views(files: TestFolder): View[] {
  const photo = join(
    files.path,
    'Photos',
    readdirSync(join(files.path, 'Photos')).find((name) => /^Canon_40D\b/.test(name))!,
  )
  const large = join(files.path, 'orientation/Landscape_1.jpg')
  const scan = join(files.path, 'ocr/phototest.tif')
  const at = (search: Record<string, string>, below = '') => files.address(search, below)
  const grid = (page: Page) => page.getByRole('gridcell').first().waitFor()
  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).first().waitFor()
  const picture = (page: Page) => page.getByRole('dialog').locator('img[alt]:not([alt=""])').waitFor()
  const tile = (page: Page) => page.locator('[data-tile]', { hasText: 'orientation' }).first().waitFor()
  const rows = (page: Page) => page.getByRole('grid').getByRole('row', { name: 'orientation' }).waitFor()
  return [
    { name: 'grid', to: at({ view: 'grid' }, 'Photos'), ready: grid },
    { name: 'list', to: at({ view: 'list' }, 'Photos'), ready: grid },
    { name: 'columns', to: at({ view: 'columns' }), ready: rows },
    { name: 'timeline', to: at({ view: 'timeline' }), ready: grid },
    { name: 'size', to: at({ view: 'size' }), ready: tile },
    {
      name: 'inspector',
      to: at({ view: 'grid', sel: photo, inspector: 'true' }, 'Photos'),
      ready: (page) => page.getByText('Canon EOS 40D').first().waitFor(),
    },
    { name: 'preview-photo', to: at({ sel: large, preview: 'true' }, 'orientation'), ready: picture },
    { name: 'preview-scan', to: at({ sel: scan, preview: 'true' }, 'ocr'), ready: picture },
    { name: 'search', to: '/search?q=canon', ready: (page) => page.getByText('_40D.jpg').first().waitFor() },
    { name: 'search-nothing', to: '/search?q=zzzyx', ready: heading },
    { name: 'duplicates', to: '/duplicates', ready: heading },
    { name: 'statistics', to: '/statistics', ready: (page) => page.getByRole('table').first().waitFor() },
    { name: 'jobs', to: '/jobs', ready: heading },
    { name: 'locations', to: '/locations', ready: heading },
    { name: 'settings', to: '/settings', ready: heading },
    { name: 'empty-folder', to: at({}, 'Empty'), ready: (page) => page.getByRole('main').waitFor() },
    { name: 'missing-folder', to: at({}, 'Gone'), ready: (page) => page.getByText('Gone').first().waitFor() },
  ]
}

/** Writes the picture of a page that is `settled`. */
async function save(page: Page, name: string): Promise<void> {
  writeFileSync(join(FOLDER, `${name}.jpg`), await settled(page, name))
}

/**
 * Waits until the page is whole: no place is held for content that is still loading, all pictures are decoded, there is
 * content, and two screenshots in a row are the same. Returns the last one.
 */
async function settled(page: Page, name: string): Promise<Buffer> {
  let last: Buffer = Buffer.alloc(0)
  await expect
    .poll(
      async () => {
        const { content, loading } = await page.evaluate(lookAtPage)
        const before = last
        last = await page.screenshot({ type: 'jpeg', quality: QUALITY, animations: 'disabled' })
        return { name, loading, isBlank: await isBlank(last, content), isChanging: !last.equals(before) }
      },
      { timeout: READY_MS },
    )
    .toEqual({ name, loading: 0, isBlank: false, isChanging: false })
  return last
}

/**
 * Finds where the content is, and counts the placeholders and the pictures on the screen that are not loaded yet. Runs in
 * the page.
 */
async function lookAtPage(): Promise<{ content: Region; loading: number }> {
  const isSeen = (element: Element) => {
    const { bottom, left, right, top } = element.getBoundingClientRect()
    return bottom > 0 && right > 0 && top < innerHeight && left < innerWidth
  }
  const pictures = [...document.images].filter((image) => isSeen(image) && image.getAttribute('src') !== null)
  const decoded = await Promise.allSettled(pictures.map((image) => image.decode()))
  const skeletons = [...document.querySelectorAll('.skeleton')].filter(isSeen)
  const shown = document.querySelector('[role="dialog"]') ?? document.querySelector('main')!
  const box = shown.getBoundingClientRect()
  const top = Math.ceil(shown.querySelector('header')!.getBoundingClientRect().bottom)
  const left = Math.ceil(box.left)
  /** Of the buttons below a preview. */
  const bottom = shown.matches('main') ? 0 : 80
  return {
    content: { left, top, width: Math.floor(box.right) - left, height: Math.floor(box.bottom) - top - bottom },
    loading: skeletons.length + decoded.filter(({ status }) => status === 'rejected').length,
  }
}
