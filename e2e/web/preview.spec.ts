import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { startPretendServer } from '../../core/src/sidecars/generators/transcript/test/pretend-server.ts'
import { corpus, NO_CORPUS } from '../../core/testing/corpus.ts'
import { makeCjkPdf, makeLockedPdf, makePdf, makeZip } from '../../core/testing/documents/index.ts'
import { settled } from './axe.ts'
import { boxOf, expect, test, type TestDaemon, type TestFolder } from './fixtures.ts'

/** More than is read of a text at once. */
const LONG_TEXT = 300_000

test.describe('pictures of real cameras', () => {
  test.skip(corpus === null, NO_CORPUS)

  test('a picture is zoomed by keys, the next is one key away, and the focus goes back', async ({
    daemon,
    files,
    page,
  }) => {
    take(files, 'orientation/Landscape_1.jpg', 'orientation/Landscape_6.jpg')
    await files.index('deep')
    await daemon.open(page, files.address({ view: 'grid' }))
    await page.getByRole('gridcell', { name: 'Landscape_1.jpg' }).click()
    await page.keyboard.press('Space')
    const preview = page.getByRole('dialog', { name: 'Preview of Landscape_1.jpg' })
    await expect(preview).toBeVisible()
    const original = preview.getByRole('img', { name: 'Landscape_1.jpg' })
    await expect.poll(() => valueOf(original, 'naturalWidth')).toBe(1800)
    const fitted = (await boxOf(original)).width
    await page.keyboard.press('+')
    await expect.poll(async () => (await original.boundingBox())?.width).toBeGreaterThan(fitted * 1.3)
    await page.keyboard.press('0')
    await expect.poll(async () => (await original.boundingBox())?.width).toBe(fitted)
    await page.keyboard.press('ArrowRight')
    await expect(page.getByRole('dialog', { name: 'Preview of Landscape_6.jpg' })).toBeVisible()
    await expect(page.getByText('2 of 2')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toBeHidden()
    await expect(page.getByRole('gridcell', { name: 'Landscape_6.jpg' })).toBeFocused()
  })

  test('a format that browsers cannot show is shown by its thumbnail, which says so', async ({
    daemon,
    files,
    page,
  }) => {
    await show({ daemon, files, page }, 'heic/example.heic')
    await expect(page.getByText('Browsers cannot show this format: this is its thumbnail.')).toBeVisible()
    const picture = page.getByRole('img', { name: 'example.heic' })
    await expect.poll(() => valueOf(picture, 'naturalWidth')).toBeGreaterThan(500)
  })

  test('the words of a scan lie over it, and their text is beside it', async ({ daemon, files, page }) => {
    await show({ daemon, files, page }, 'ocr/phototest.tif')
    await page.getByRole('button', { name: 'Show the words found in the picture' }).click()
    const words = page.getByRole('group', { name: 'Words in the picture' })
    await expect(words.getByText('quick').first()).toBeVisible()
    // Finer thumbnails take the place of coarser ones meanwhile.
    await expect(async () => {
      const word = await boxOf(words.getByText('brown').first())
      const picture = await boxOf(page.getByRole('img', { name: 'phototest.tif' }))
      expect(word.x).toBeGreaterThan(picture.x)
      expect(word.width).toBeLessThan(picture.width / 4)
    }).toPass()
    await page.getByRole('button', { name: 'Text found' }).click()
    await expect(page.getByRole('complementary', { name: 'Text found' })).toContainText('quick brown dog')
  })

  test('the inspector knows the camera, the place and the copies, and has sidecars made again', async ({
    daemon,
    files,
    page,
  }) => {
    take(files, 'exif-samples/jpg/gps/DSCN0010.jpg')
    mkdirSync(join(files.path, 'backup'))
    copyFileSync(join(files.path, 'DSCN0010.jpg'), join(files.path, 'backup/copy.jpg'))
    await files.index('deep')
    await daemon.open(page, files.address({ sel: join(files.path, 'DSCN0010.jpg'), inspector: 'true' }))
    const inspector = page.getByRole('complementary', { name: 'Inspector' })
    await expect(inspector.getByText('NIKON COOLPIX P6000')).toBeVisible()
    await expect(inspector.getByText('43.46745° N, 11.88513° E')).toBeVisible()
    await expect(inspector.getByText('2 copies')).toBeVisible()
    await expect(inspector.getByRole('link', { name: 'backup/copy.jpg' })).toBeVisible()
    await inspector.getByRole('button', { name: 'Make again: Thumbnails' }).click()
    await expect(page.getByText(/are made now/)).toBeVisible()
    await daemon.idle()
    await expect(inspector.getByText(/^Thumbnails · .*kB/)).toBeVisible()
    expect(await violations(page)).toEqual([])
  })
})

test.describe('recordings', () => {
  test.skip(corpus === null, NO_CORPUS)

  test('what is said is beside it and follows; a click plays from there', async ({ daemon, files, page }) => {
    await using server = await startPretendServer()
    await daemon.call('config.set', { key: 'transcript.url', value: server.url })
    await show({ daemon, files, page }, 'speech/jfk.mp3')
    const lines = page.getByRole('complementary', { name: 'What is said' }).getByRole('listitem')
    await expect(lines).toHaveCount(1)
    const player = page.locator('audio')
    await expect.poll(() => valueOf(player, 'duration')).toBeGreaterThan(10)
    await expect(player.locator('track')).toHaveAttribute('kind', 'captions')
    await player.evaluate((audio) => Object.assign(audio, { currentTime: 9 }) && undefined)
    await lines.getByRole('button').click()
    await expect.poll(() => valueOf(player, 'currentTime')).toBeLessThan(5)
    await expect(lines.first()).toHaveAttribute('aria-current', 'time')
    await player.evaluate((audio) => (audio as unknown as { pause: () => void }).pause())
    expect(await violations(page)).toEqual([])
    await daemon.call('config.set', { key: 'transcript.url', value: '' })
  })

  test('what the browser cannot play says so, and what can be done instead', async ({ daemon, files, page }) => {
    await show({ daemon, files, page }, 'small/AudioVideoInterleave.avi')
    const preview = page.getByRole('dialog')
    await expect(preview.getByRole('heading', { name: 'This browser cannot play it' })).toBeVisible()
    await expect(preview.getByRole('link', { name: 'Download' }).last()).toHaveAttribute('href', /download=1/)
  })
})

test('a PDF is read page by page, and its text can be selected', async ({ daemon, files, page }) => {
  files.write('paper.pdf', makePdf(Array.from({ length: 9 }, (_, i) => `Whale number ${i + 1}`)))
  // Of a folder that is not indexed: previews need no index.
  await openPreview(daemon, files, page, 'paper.pdf')
  await expect(page.getByText('Whale number 1', { exact: true })).toBeAttached()
  await page.getByRole('textbox', { name: 'Page' }).fill('8')
  await page.keyboard.press('Enter')
  const text = page.getByRole('group', { name: 'Page 8' }).getByText('Whale number 8')
  await expect(text).toBeVisible()
  // A page that was drawn again in the meantime has lost the selection.
  await expect(async () => {
    await text.dblclick()
    expect(await page.evaluate('String(getSelection())')).toMatch(/\w/)
  }).toPass()
  await expect.poll(() => page.getByRole('group', { name: /^Page/ }).count()).toBeLessThan(7)
  await expect(page.locator('canvas').first()).toBeVisible()
  expect(await violations(page)).toEqual([])
})

test('a PDF has its text in Chinese, Japanese and Korean without fonts in the file', async ({
  daemon,
  files,
  page,
}) => {
  const failed: string[] = []
  page.on('response', (response) => {
    if (!response.ok()) failed.push(response.url())
  })
  const papers = [
    ['90ms-RKSJ-H', 'Japan1', '日本語', '93fa967b8cea'],
    ['GBK-EUC-H', 'GB1', '中文', 'd6d0cec4'],
    ['ETen-B5-H', 'CNS1', '中文', 'a4a4a4e5'],
    ['KSCms-UHC-H', 'Korea1', '한글', 'c7d1b1db'],
  ] as const
  for (const [encoding, collection, text, bytes] of papers) {
    const name = `${collection}.pdf`
    files.write(name, makeCjkPdf({ name: 'Font', encoding, collection, bytes: Buffer.from(bytes, 'hex') }))
    await openPreview(daemon, files, page, name)
    await expect(page.getByText(text, { exact: true })).toBeAttached()
  }
  expect(failed.filter((url) => url.includes('pdfjs'))).toEqual([])
})

test('a PDF with a password asks for it', async ({ daemon, files, page }) => {
  files.write('locked.pdf', makeLockedPdf())
  await files.index('deep')
  await openPreview(daemon, files, page, 'locked.pdf')
  await expect(page.getByRole('heading', { name: 'This document is protected by a password' })).toBeVisible()
  await page.getByLabel('Password').fill('wrong')
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(page.getByText('The password is wrong.')).toBeVisible()
})

test('HTML is shown as it is written, in colours, and nothing in it runs', async ({ daemon, files, page }) => {
  const html =
    '<!doctype html><script>document.title = "it ran"</script><img src=x onerror="document.title = \'it ran\'">'
  files.write('page.html', html)
  await files.index('deep')
  await openPreview(daemon, files, page, 'page.html')
  const lines = page.getByRole('region', { name: 'Lines of the file' })
  await expect(lines.locator('code')).toHaveText(html)
  await expect(lines.locator('code span').first()).toHaveAttribute('style', /light-dark/)
  expect(await page.title()).not.toContain('it ran')
  expect(await violations(page)).toEqual([])
})

test('a long text is read in pieces, and one that is no UTF-8 is read as what it is', async ({
  daemon,
  files,
  page,
}) => {
  files.write('long.log', `${'0123456789 a line of a log\n'.repeat(Math.ceil(LONG_TEXT / 27))}the end`)
  files.write('old.txt', Buffer.from('Gr\u00fc\u00dfe aus K\u00f6ln', 'latin1'))
  await files.index('deep')
  await openPreview(daemon, files, page, 'long.log')
  await expect(page.getByText(/262 kB of 300 kB shown/)).toBeVisible()
  await page.getByRole('button', { name: 'Load more' }).click()
  await expect(page.getByText(/300 kB of 300 kB shown/)).toBeVisible()
  await page.getByRole('region', { name: 'Lines of the file' }).focus()
  await page.keyboard.press('End')
  await expect(page.getByText('the end')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(page.getByText('Grüße aus Köln')).toBeVisible()
})

test('an archive is listed, and a letter is read', async ({ daemon, files, page }) => {
  files.write('bundle.zip', makeZip({ 'notes/one.txt': 'x'.repeat(1_500), 'two.txt': 'y' }))
  files.write('letter.docx', docx('Dear Ann, the ship sails on Monday.'))
  await files.index('deep')
  await openPreview(daemon, files, page, 'bundle.zip')
  const table = page.getByRole('treegrid', { name: 'Content of the archive' })
  await expect(table.getByRole('row')).toHaveCount(4)
  await expect(table.getByRole('row', { name: /one.txt/ })).toContainText('1.5 kB')
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('article')).toContainText('the ship sails on Monday')
  expect(await violations(page)).toEqual([])
})

test('a picture that is damaged says what is known of it, and arrows go on from there', async ({
  daemon,
  files,
  page,
}) => {
  files.write('a broken.jpg', Buffer.from('ffd8ffe000104a464946000101', 'hex'))
  files.write('b.txt', 'all is well')
  await files.index('deep')
  await openPreview(daemon, files, page, 'a broken.jpg')
  await expect(page.getByRole('heading', { name: 'This picture cannot be shown' })).toBeVisible()
  expect(await violations(page)).toEqual([])
  await page.keyboard.press('ArrowRight')
  await expect(page.getByText('all is well')).toBeVisible()
})

test('the page keeps to its own policy whatever is shown', async ({ daemon, files, page }) => {
  const said: string[] = []
  page.on('console', (message) => void said.push(message.text()))
  files.write('a.pdf', makePdf(['one']))
  files.write('b.ts', 'export const answer = 42')
  files.write('c.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>')
  await files.index('deep')
  await daemon.open(page, files.address({ view: 'list' }))
  await page.getByRole('row', { name: /^a.pdf/ }).click()
  said.length = 0
  await page.keyboard.press('Space')
  await expect(page.locator('canvas').first()).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await expect(page.locator('code span').first()).toHaveAttribute('style', /light-dark/)
  await page.keyboard.press('ArrowRight')
  await expect(page.getByRole('img', { name: 'c.svg' })).toBeVisible()
  expect(said.filter((text) => /Content Security Policy|Refused to/.test(text))).toEqual([])
})

/** Copies real files into the folder. */
function take(files: TestFolder, ...names: string[]): void {
  for (const name of names) files.write(basename(name), readFileSync(join(corpus!, name)))
}

/** Indexes one real file and opens its preview. */
async function show({ daemon, files, page }: Fixtures, name: string): Promise<void> {
  take(files, name)
  await files.index('deep')
  await openPreview(daemon, files, page, basename(name))
}

interface Fixtures {
  readonly daemon: TestDaemon
  readonly files: TestFolder
  readonly page: Page
}

async function openPreview(daemon: TestDaemon, files: TestFolder, page: Page, name: string): Promise<void> {
  await daemon.open(page, files.address({ sel: join(files.path, name), preview: 'true' }, dirname(name)))
  await expect(page.getByRole('dialog', { name: `Preview of ${basename(name)}` })).toBeVisible()
}

function docx(text: string): Buffer {
  return makeZip({
    '[Content_Types].xml':
      '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    'word/document.xml': `<?xml version="1.0"?><w:document xmlns:w="w"><w:body><w:p><w:r><w:t>${text}</w:t></w:r></w:p></w:body></w:document>`,
  })
}

/** A number that an element has as a property. */
function valueOf(locator: Locator, name: string): Promise<number> {
  return locator.evaluate((element, key) => (element as unknown as Record<string, number>)[key]!, name)
}

/** What axe finds. */
async function violations(page: Page): Promise<string[]> {
  await settled(page)
  const found = await new AxeBuilder({ page }).analyze()
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}
