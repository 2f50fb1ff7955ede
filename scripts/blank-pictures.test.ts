import { fileURLToPath } from 'node:url'
import sharp, { type OverlayOptions } from 'sharp'
import { expect, test } from 'vitest'
import { isBlank } from './blank-pictures.ts'

const CANVAS = '#f7f8fa'

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A filled rectangle, as large as a border, a toolbar or a tile. */
function box({ height, width, x, y }: Box): OverlayOptions {
  return { input: { create: { width, height, channels: 3, background: '#446' } }, left: x, top: y }
}

/** A line of letters, as wide as a short sentence. */
function text(x: number, y: number): OverlayOptions[] {
  return Array.from({ length: 40 }, (_, i) => box({ x: x + i * 7, y: y + (i % 3), width: 4, height: 9 }))
}

async function screenshotOf(...parts: readonly OverlayOptions[]): Promise<Buffer> {
  const page = sharp({ create: { width: 1440, height: 900, channels: 3, background: CANVAS } })
  return page
    .composite([...parts])
    .jpeg({ quality: 60 })
    .toBuffer()
}

test('a screenshot of one colour is blank', async () => {
  expect(await isBlank(await screenshotOf())).toBe(true)
})

test('sidebar, toolbar, job tray and borders of columns are no content', async () => {
  const screenshot = await screenshotOf(
    ...text(20, 300),
    ...text(400, 40),
    ...text(20, 880),
    box({ x: 500, y: 88, width: 1, height: 812 }),
    box({ x: 240, y: 500, width: 1200, height: 1 }),
  )
  expect(await isBlank(screenshot)).toBe(true)
})

test('one line of text is content', async () => {
  expect(await isBlank(await screenshotOf(...text(700, 450)))).toBe(false)
})

test('a photo is content', async () => {
  const photo = fileURLToPath(new URL('../docs/screenshots/grid-light-390.jpg', import.meta.url))
  const input = await sharp(photo).resize(160).toBuffer()
  expect(await isBlank(await screenshotOf({ input, left: 700, top: 300 }))).toBe(false)
})

test('a toolbar that a banner pushes down is no content of the region below it', async () => {
  const screenshot = await screenshotOf(...text(400, 110))
  expect(await isBlank(screenshot)).toBe(false)
  expect(await isBlank(screenshot, { left: 240, top: 130, width: 1200, height: 740 })).toBe(true)
})
