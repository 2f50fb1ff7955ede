import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import sharp from 'sharp'
import { wavOf } from '../../core/src/sidecars/generators/transcript/sound/wav.ts'
import { settled } from './axe.ts'
import { boxOf, expect, test, type TestDaemon, type TestFolder } from './fixtures.ts'

/** Samples per second that `wavOf` writes. */
const RATE = 16_000
const SECONDS = 20
/** More than the browser is given to decode. */
const LARGE_BYTES = 32_100_000

test('a recording shows the cover that is in it, and how loud it is over time', async ({ daemon, files, page }) => {
  files.write('song.wav', song({ cover: await cover() }))
  await files.index('deep')
  await openPreview({ daemon, files, page }, 'song.wav')
  await expect.poll(() => page.getByRole('img', { name: 'Cover' }).evaluate(widthOf)).toBe(600)
  const slider = page.getByRole('slider', { name: 'Position in the recording' })
  await expect(slider).toHaveAttribute('aria-busy', 'false')
  const heights = await slider.locator('path').first().evaluate(barHeights)
  expect(heights).toHaveLength(160)
  // Quiet in its first half, four times as loud in its second.
  for (const height of heights.slice(0, 79)) expect(height).toBeLessThan(30)
  for (const height of heights.slice(81)) expect(height).toBeGreaterThan(95)
  await settled(page)
  const found = await new AxeBuilder({ page }).analyze()
  expect(found.violations.map(({ id }) => id)).toEqual([])
})

test('a click and keys go to another time, and the space bar plays', async ({ daemon, files, page }) => {
  files.write('song.wav', song({}))
  // Of a folder that is not indexed: there is no cover, and a sign stands in its place.
  await openPreview({ daemon, files, page }, 'song.wav')
  await expect(page.locator('[data-cover="none"]')).toBeVisible()
  const slider = page.getByRole('slider', { name: 'Position in the recording' })
  await expect(slider).toHaveAttribute('aria-valuemax', String(SECONDS))
  const { height, width } = await boxOf(slider)
  await slider.click({ position: { x: width / 2, y: height / 2 } })
  await expect(slider).toHaveAttribute('aria-valuetext', '0:10 of 0:20')
  await slider.focus()
  await page.keyboard.press('ArrowRight')
  await expect(slider).toHaveAttribute('aria-valuenow', '15')
  await page.keyboard.press('Home')
  await expect(slider).toHaveAttribute('aria-valuenow', '0')
  await page.keyboard.press('Space')
  const isPaused = () => page.locator('audio').evaluate((audio) => (audio as unknown as { paused: boolean }).paused)
  await expect.poll(isPaused).toBe(false)
  await page.keyboard.press('Space')
  await expect.poll(isPaused).toBe(true)
  await page.keyboard.press('End')
  await expect(slider).toHaveAttribute('aria-valuenow', String(SECONDS))
  // The preview is still there: neither the space bar nor an arrow was for it.
  await expect(page.getByRole('dialog', { name: 'Preview of song.wav' })).toBeVisible()
})

test('a recording that is too large for its waveform says so, and can be sought through', async ({
  daemon,
  files,
  page,
}) => {
  files.write('long.wav', wavOf(new Int16Array(LARGE_BYTES / 2)))
  await openPreview({ daemon, files, page }, 'long.wav')
  await expect(page.getByText('The waveform is drawn for recordings of up to 10 minutes and 32 MB.')).toBeVisible()
  const slider = page.getByRole('slider', { name: 'Position in the recording' })
  await expect(slider).toBeEnabled()
  await slider.focus()
  await page.keyboard.press('PageUp')
  await expect(slider).toHaveAttribute('aria-valuetext', '0:30 of 16:43')
})

interface World {
  readonly daemon: TestDaemon
  readonly files: TestFolder
  readonly page: Page
}

async function openPreview({ daemon, files, page }: World, name: string): Promise<void> {
  await daemon.open(page, files.address({ sel: join(files.path, name), preview: 'true' }))
  await expect(page.getByRole('dialog', { name: `Preview of ${name}` })).toBeVisible()
}

/** A tone that becomes louder at its half, with a picture in a tag if one is given. */
function song({ cover: picture }: { cover?: Buffer }): Buffer {
  const length = RATE * SECONDS
  const samples = Int16Array.from({ length }, (_, i) => (i < length / 2 ? 4_000 : 16_000) * Math.sin(i / 6))
  const sound = wavOf(samples)
  if (!picture) return sound
  const tag = id3WithCover(picture)
  const chunk = Buffer.alloc(8)
  chunk.write('id3 ')
  chunk.writeUInt32LE(tag.length, 4)
  const whole = Buffer.concat([sound, chunk, tag, Buffer.alloc(tag.length % 2)])
  whole.writeUInt32LE(whole.length - 8, 4)
  return whole
}

/** ID3v2.3 with a front cover. */
function id3WithCover(png: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from('\0image/png\0\x03\0', 'latin1'), png])
  const frame = Buffer.concat([Buffer.from('APIC'), Buffer.alloc(6), body])
  frame.writeUInt32BE(body.length, 4)
  const sizes = [21, 14, 7, 0].map((shift) => (frame.length >> shift) & 127)
  return Buffer.concat([Buffer.from('ID3'), Buffer.from([3, 0, 0, ...sizes]), frame])
}

function cover(): Promise<Buffer> {
  return sharp({ create: { width: 600, height: 600, channels: 3, background: '#c2410c' } })
    .png()
    .toBuffer()
}

function widthOf(image: unknown): number {
  return (image as { naturalWidth: number }).naturalWidth
}

/** Of each bar of the waveform, in hundredths of its height. */
function barHeights(path: { getAttribute(name: string): string | null }): number[] {
  return [...path.getAttribute('d')!.matchAll(/v([\d.]+)/g)].map(([, height]) => Number(height))
}
