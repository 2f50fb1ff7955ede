import sharp, { type Sharp } from 'sharp'
import type { Picture } from '../thumb/decoders/picture.ts'

/** A page in grey, a byte a pixel. */
export interface GreyPage {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** Rows of a page. */
export interface Rows {
  readonly top: number
  readonly height: number
}

/** Clockwise, in degrees. */
export type Turn = 0 | 90 | 180 | 270

/** Dots per inch that Tesseract is told: it guesses badly, and takes small letters for specks then. */
const DENSITY = 140

sharp.concurrency(1)
sharp.cache(false)

/** What is transparent becomes white. */
export async function toGrey({ data, width, height, channels }: Omit<Picture, 'engine'>): Promise<GreyPage> {
  const drawing = sharp(data, { raw: { width, height, channels } }).flatten({ background: 'white' }).greyscale()
  return raw(drawing)
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

/** The middle of a page, where there is most likely text. */
export async function crop(page: GreyPage, side: number): Promise<GreyPage> {
  const width = Math.min(side, page.width)
  const height = Math.min(side, page.height)
  const [left, top] = [(page.width - width) >> 1, (page.height - height) >> 1]
  return raw(open(page).extract({ left, top, width, height }))
}

/** Some rows of a page as the engines take them. */
export async function toPng(
  page: GreyPage,
  { top, height }: Rows = { top: 0, height: page.height },
): Promise<Uint8Array> {
  return open(page)
    .extract({ left: 0, top, width: page.width, height })
    .withMetadata({ density: DENSITY })
    .png({ compressionLevel: 1 })
    .toBuffer()
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
