import sharp from 'sharp'
import type { TextPage } from '../../../formats/text-sidecar.ts'

/** Darker pixels, of 255, are ink. */
const INK = 128
/** The margin around a box, in pixels, in which ink counts as cut off by the box. */
const MARGIN = 2

/** How words' boxes lie on the ink of a page that has nothing but words. */
export interface BoxQuality {
  /** The share of the page's ink inside boxes. */
  readonly covered: number
  /** Part of a box that its ink fills, from edge to edge, on average. */
  readonly tight: number
}

export async function boxQuality(file: string, page: TextPage): Promise<BoxQuality> {
  const { data, info } = await sharp(file)
    .flatten({ background: '#fff' })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const isInk = (x: number, y: number) => data[(y * width + x) * channels]! < INK
  const inBox = new Uint8Array(width * height)
  const tightness: number[] = []
  for (const { box } of page.words ?? []) {
    const left = Math.max(0, Math.floor(box[0] * width) - MARGIN)
    const top = Math.max(0, Math.floor(box[1] * height) - MARGIN)
    const right = Math.min(width, Math.ceil((box[0] + box[2]) * width) + MARGIN)
    const bottom = Math.min(height, Math.ceil((box[1] + box[3]) * height) + MARGIN)
    const ink = { left: right, top: bottom, right: left, bottom: top }
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        inBox[y * width + x] = 1
        if (!isInk(x, y)) continue
        ink.left = Math.min(ink.left, x)
        ink.right = Math.max(ink.right, x + 1)
        ink.top = Math.min(ink.top, y)
        ink.bottom = Math.max(ink.bottom, y + 1)
      }
    }
    const area = Math.max(0, ink.right - ink.left) * Math.max(0, ink.bottom - ink.top)
    const own = (right - left - 2 * MARGIN) * (bottom - top - 2 * MARGIN)
    tightness.push(Math.min(1, area / own))
  }
  let [all, covered] = [0, 0]
  for (let at = 0; at < width * height; at++) {
    if (data[at * channels]! >= INK) continue
    all++
    covered += inBox[at]!
  }
  return { covered: covered / all, tight: tightness.reduce((sum, each) => sum + each, 0) / tightness.length }
}
