import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { axeInEachLook } from './axe.ts'
import { expect, test, type TestDaemon, type TestFolder } from './fixtures.ts'

/** A picture of one red pixel. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/q842iQAAAABJRU5ErkJggg==',
  'base64',
)

const HOSTILE = `---
title: Notes
---
# Whale notes

A [part below](#the-end), a [friend](other%20note.md), a [stranger](https://example.com/),
and a [trap](javascript:alert(1)).

![a red dot](img/dot.png) ![a far picture](https://example.com/spy.png)

| ship | year |
| ---- | ---: |
| Pequod | 1851 |

- [x] sighted

<script>parent.document.title = 'it ran'</script>
<img src="x.png" onerror="parent.document.title = 'it ran'">
<form action="https://example.com/"><input name="password"><button>Send</button></form>
<style>* { display: none }</style>
<svg onload="parent.document.title = 'it ran'"></svg>
<iframe srcdoc="<script>parent.parent.document.title = 'it ran'</script>"></iframe>
<div style="position: fixed; inset: 0" class="x">cover</div>
<video src="x.mp4" autoplay></video><audio src="x.mp3"></audio>
<b onclick="parent.document.title = 'it ran'">bold</b>

${'\n\nmore\n'.repeat(80)}

## The end
`

test('Markdown is rendered in a frame in which nothing runs, loads from elsewhere or leads away', async ({
  daemon,
  files,
  page,
}) => {
  const asked: string[] = []
  page.on('request', (request) => void asked.push(request.url()))
  files.write('notes.md', HOSTILE)
  files.write('other note.md', '# The other note')
  files.write('img/dot.png', PNG)
  await files.index('deep')
  await openPreview(daemon, files, page, 'notes.md')
  const text = page.frameLocator('iframe[title="notes.md"]')
  await expect(text.getByRole('heading', { name: 'Whale notes' })).toBeVisible()
  await expect(text.getByRole('cell', { name: 'Pequod' })).toBeVisible()
  await expect(text.getByText('title: Notes')).toBeVisible()
  const dot = text.getByRole('img', { name: 'a red dot' })
  await expect.poll(() => dot.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(1)
  await expect(text.getByText('a far picture')).toBeVisible()
  await expect(
    text.locator(
      'form, input, button, style, svg, script, iframe, video, audio, [onclick], [onerror], body [style], [class="x"]',
    ),
  ).toHaveCount(0)
  await expect(text.getByText('cover')).toHaveCSS('position', 'static')
  await expect(text.getByText('trap')).not.toHaveAttribute('href')
  expect(await page.title()).not.toContain('it ran')
  expect(asked.filter((url) => !/^(?:http:\/\/127\.|data:|about:|blob:)/.test(url))).toEqual([])
  expect(await axeInEachLook(page)).toEqual([])

  await text.getByText('bold').click()
  expect(await page.title()).not.toContain('it ran')
  await text.getByRole('link', { name: 'part below' }).click()
  await expect(text.getByRole('heading', { name: 'The end' })).toBeInViewport()
  await text.getByRole('link', { name: 'friend' }).click()
  await expect(page.getByRole('dialog', { name: 'Preview of other note.md' })).toBeVisible()
})

test('Markdown is read by keys: its source is one button away, and arrows go on to the next file', async ({
  daemon,
  files,
  page,
}) => {
  files.write('a.md', '# Ahoy\n\n`x < 1`')
  files.write('b.txt', 'all is well')
  await files.index('deep')
  await openPreview(daemon, files, page, 'a.md')
  await expect(page.frameLocator('iframe').getByRole('heading', { name: 'Ahoy' })).toBeVisible()
  await page.getByRole('button', { name: 'Show the source' }).press('Enter')
  await expect(page.getByRole('region', { name: 'Lines of the file' })).toContainText('# Ahoy')
  await page.getByRole('button', { name: 'Show the page' }).press('Enter')
  await page.frameLocator('iframe').locator('body').press('ArrowRight')
  await expect(page.getByText('all is well')).toBeVisible()
})

test('separated values are a table: only what is in view is in the page', async ({ daemon, files, page }) => {
  const rows = Array.from({ length: 9_000 }, (_, i) => `${i + 1};"row; ${i + 1}";${i * 1.5}`)
  files.write('big.csv', ['id;name;value', ...rows].join('\n'))
  await files.index('deep')
  await openPreview(daemon, files, page, 'big.csv')
  const table = page.getByRole('table', { name: 'Table in big.csv' })
  await expect(table.getByRole('columnheader', { name: 'value' })).toBeVisible()
  await expect(table.getByRole('cell', { name: 'row; 3', exact: true })).toBeVisible()
  expect(await table.getByRole('row').count()).toBeLessThan(80)
  expect(await axeInEachLook(page)).toEqual([])
  await page.getByRole('region', { name: 'Table in big.csv' }).focus()
  await page.keyboard.press('End')
  await expect(table.getByRole('cell', { name: 'row; 9000', exact: true })).toBeVisible()
  await page.getByRole('button', { name: 'Show the source' }).click()
  await expect(page.getByRole('region', { name: 'Lines of the file' })).toContainText('id;name;value')
})

async function openPreview(daemon: TestDaemon, files: TestFolder, page: Page, name: string): Promise<void> {
  await daemon.open(page, files.address({ sel: join(files.path, name), preview: 'true' }))
  await expect(page.getByRole('dialog', { name: `Preview of ${name}` })).toBeVisible()
}
