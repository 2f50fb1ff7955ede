import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { corpus, NO_CORPUS } from '../../../core/testing/corpus.ts'
import { expect, test, TestDaemon, TestFolder } from '../fixtures.ts'

const FOLDER = fileURLToPath(new URL('../../../docs/screenshots/', import.meta.url))
const widths = [1440, 390]
const schemes = ['light', 'dark'] as const
/** JPEG: small enough to be kept with the code, good enough to see a misplaced line. */
const QUALITY = 60

interface View {
  readonly name: string
  /** Its address. */
  readonly to: string
  /** What is to be there before the picture is taken. */
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
    await page.getByRole('grid').first().waitFor()
    await daemon.stop()
    await page.getByText('cannot be reached').waitFor()
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
  const scan = join(files.path, 'ocr/phototest.tif')
  const at = (search: Record<string, string>, below = '') => files.address(search, below)
  const grid = (page: Page) => page.getByRole('grid').first().waitFor()
  const heading = (page: Page) => page.getByRole('heading', { level: 1 }).first().waitFor()
  const dialog = (page: Page) => page.getByRole('dialog').waitFor()
  return [
    { name: 'grid', to: at({ view: 'grid' }, 'Photos'), ready: grid },
    { name: 'list', to: at({ view: 'list' }, 'Photos'), ready: grid },
    { name: 'columns', to: at({ view: 'columns' }), ready: (page) => page.getByText('orientation').first().waitFor() },
    { name: 'timeline', to: at({ view: 'timeline' }), ready: grid },
    { name: 'size', to: at({ view: 'size' }), ready: (page) => page.getByText('orientation').first().waitFor() },
    {
      name: 'inspector',
      to: at({ view: 'grid', sel: photo, inspector: 'true' }, 'Photos'),
      ready: (page) => page.getByText('Canon EOS 40D').first().waitFor(),
    },
    { name: 'preview-photo', to: at({ sel: photo, preview: 'true' }, 'Photos'), ready: dialog },
    { name: 'preview-scan', to: at({ sel: scan, preview: 'true' }, 'ocr'), ready: dialog },
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

/** Once its pictures are there and nothing moves any more. */
async function save(page: Page, name: string): Promise<void> {
  await expect.poll(() => page.evaluate(() => [...document.images].filter((image) => !image.complete).length)).toBe(0)
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => {}))),
  )
  await page.screenshot({ path: join(FOLDER, `${name}.jpg`), type: 'jpeg', quality: QUALITY })
}
