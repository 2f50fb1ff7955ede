import type { InputVideoTrack } from 'mediabunny'
import sharp from 'sharp'
import type { Engine } from '../generator.ts'
import { colourToSrgb } from '../thumb/decoders/colour.ts'
import type { Picture } from '../thumb/decoders/picture.ts'
import { BT_601, BT_709, type Canvas, drawPlanes, type Planes } from '../thumb/decoders/planes.ts'
import { drawn, fromPixels } from '../thumb/decoders/raw-pixels.ts'

/** Films of at least this height have the colours of high definition, unless they declare others. */
export const HIGH_DEFINITION = 720
/**
 * If the brightness of a frame varies less than this (of 255), the frame shows nothing: it is black, white or a fade.
 */
export const DULL = 6

/** Numbers of ITU-T H.273, by the names of WebCodecs. */
const matrices: Readonly<Record<string, number>> = { rgb: 0, bt709: 1, bt470bg: 5, smpte170m: 6, 'bt2020-ncl': 9 }
const primaries: Readonly<Record<string, number>> = { bt709: 1, bt2020: 9, smpte432: 12 }
const transfers: Readonly<Record<string, number>> = { pq: 16, hlg: 18 }

/** How to display the frames of a track. */
export interface Look {
  readonly matrix: number
  readonly full: boolean | undefined
  readonly primaries: number
  readonly transfer: number
  /** The width of a pixel, as a fraction of its height. */
  readonly aspect: number
  /** In degrees, clockwise. */
  readonly rotation: 0 | 90 | 180 | 270
  readonly flip: boolean
}

export interface Size {
  readonly width: number
  readonly height: number
}

export async function lookOf(track: InputVideoTrack): Promise<Look> {
  const colour = await track.getColorSpace()
  const height = await track.getCodedHeight()
  const across = (await track.getSquarePixelWidth()) / (await track.getCodedWidth())
  return {
    matrix: matrices[colour.matrix ?? ''] ?? (height >= HIGH_DEFINITION ? BT_709 : BT_601),
    full: colour.fullRange ?? undefined,
    primaries: primaries[colour.primaries ?? ''] ?? 1,
    transfer: transfers[colour.transfer ?? ''] ?? 1,
    aspect: across / ((await track.getSquarePixelHeight()) / height) || 1,
    rotation: await track.getRotation(),
    flip: await track.getFlip(),
  }
}

/** The size of a stored frame with square pixels and the longer side at most `side`. */
export function fittedIn(side: number, { aspect }: Look): (stored: Size) => Size {
  return ({ width, height }) => {
    const wide = width * aspect
    const by = Math.min(1, side / Math.max(wide, height))
    return { width: Math.max(1, Math.round(wide * by)), height: Math.max(1, Math.round(height * by)) }
  }
}

/** Converts samples to sRGB: red, green, blue. Does not rotate them. */
export function drawInSrgb(planes: Planes, look: Look): Canvas {
  const { width, height } = planes
  const canvas = { data: new Uint8Array(width * height * 3), width, height }
  drawPlanes(planes, { onto: canvas, x: 0, y: 0, matrix: look.matrix, full: planes.full ?? look.full ?? false })
  colourToSrgb(canvas.data, look)
  return canvas
}

/** Converts samples to an upright picture in sRGB. */
export async function pictureOf(planes: Planes, look: Look, engine: Engine): Promise<Picture> {
  const turned = drawn({ ...drawInSrgb(planes, look), channels: 3 }).rotate(look.rotation)
  const { data, info } = await (look.flip ? sharp(await turned.png().toBuffer()).flop() : turned)
    .raw()
    .toBuffer({ resolveWithObject: true })
  const side = Math.max(info.width, info.height)
  const picture = await fromPixels({ data, width: info.width, height: info.height, channels: 3 }, side)
  return { ...picture, engine }
}

/** A measure for the visible detail of a picture: the standard deviation of its brightness. */
export async function variationOf(picture: Picture): Promise<number> {
  const grey = await drawn(picture).greyscale().raw().toBuffer()
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length
  return Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length)
}

/** The first picture with enough detail, or else the one with the most; null if there are no pictures. */
export async function firstToShow(pictures: AsyncIterable<Picture>): Promise<Picture | null> {
  let best: { picture: Picture; variation: number } | null = null
  for await (const picture of pictures) {
    const variation = await variationOf(picture)
    if (!best || variation > best.variation) best = { picture, variation }
    if (variation >= DULL) break
  }
  return best?.picture ?? null
}
