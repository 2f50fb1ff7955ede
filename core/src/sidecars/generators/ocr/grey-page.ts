import sharp, { type Sharp } from 'sharp'
import type { Picture } from '../thumb/decoders/picture.ts'

/** A page in grey, with one byte per pixel. */
export interface GreyPage {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** A range of rows of a page. */
export interface Rows {
  readonly top: number
  readonly height: number
}

/** In degrees, clockwise. */
export type Turn = 0 | 90 | 180 | 270

sharp.concurrency(1)
sharp.cache(false)

/** Weights of red, green and blue in the brightness, in 256ths, from ITU-R BT.601. */
const [RED, GREEN, BLUE] = [77, 150, 29]

/** Converts a picture to grey; transparent parts become white. */
export function toGrey({ data, width, height, channels }: Omit<Picture, 'engine'>): GreyPage {
  const grey = new Uint8Array(width * height)
  const isColour = channels > 2
  const hasAlpha = channels === 2 || channels === 4
  for (let i = 0, at = 0; i < grey.length; i++, at += channels) {
    const shade = isColour ? (RED * data[at]! + GREEN * data[at + 1]! + BLUE * data[at + 2]!) >> 8 : data[at]!
    const alpha = hasAlpha ? data[at + channels - 1]! : 255
    grey[i] = alpha === 255 ? shade : 255 - Math.round(((255 - shade) * alpha) / 255)
  }
  return { data: grey, width, height }
}

export async function shrink(page: GreyPage, side: number): Promise<GreyPage> {
  if (Math.max(page.width, page.height) <= side) return page
  return raw(open(page).resize(side, side, { fit: 'inside' }))
}

export async function enlarge(page: GreyPage, times: number): Promise<GreyPage> {
  return raw(open(page).resize(page.width * times, page.height * times, { kernel: 'lanczos3' }))
}

export async function turn(page: GreyPage, degrees: Turn): Promise<GreyPage> {
  return degrees === 0 ? page : raw(open(page).rotate(degrees))
}

/**
 * Turns a page clockwise by any angle, in degrees. The corners get the most common shade, which is that of the paper.
 */
export async function straighten(page: GreyPage, angle: number): Promise<GreyPage> {
  const shade = paperShade(page)
  return raw(open(page).rotate(angle, { background: { r: shade, g: shade, b: shade } }))
}

function paperShade({ data }: GreyPage): number {
  const counts = new Uint32Array(256)
  for (const shade of data) counts[shade]!++
  return counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0))
}

/** The middle of a page, where text is most likely to be. */
export async function crop(page: GreyPage, side: number): Promise<GreyPage> {
  const width = Math.min(side, page.width)
  const height = Math.min(side, page.height)
  const [left, top] = [(page.width - width) >> 1, (page.height - height) >> 1]
  return raw(open(page).extract({ left, top, width, height }))
}

/** Some rows of a page as a PGM, the engines' input, which needs no compression. */
export function toPgm({ data, width, height }: GreyPage, rows: Rows = { top: 0, height }): Uint8Array {
  const pixels = data.subarray(rows.top * width, (rows.top + rows.height) * width)
  return Buffer.concat([Buffer.from(`P5\n${width} ${rows.height}\n255\n`), pixels])
}

function open({ data, width, height }: GreyPage) {
  return sharp(data, { raw: { width, height, channels: 1 } })
}

async function raw(drawing: Sharp): Promise<GreyPage> {
  const { data, info } = await drawing
    .toColourspace('b-w')
    .extractChannel(0)
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height }
}
