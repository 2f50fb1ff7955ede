import sharp, { type Sharp } from 'sharp'
import { type Picture, toPicture } from './picture.ts'

/** Pixels with eight bits per channel, rows from the top, without gaps. */
export interface RawPixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
}

/** Wraps pixels for sharp. */
export function drawn({ data, width, height, channels }: RawPixels): Sharp {
  return sharp(data, { raw: { width, height, channels } })
}

/** A picture from pixels, with colours as an ICC profile defines them; without one, sRGB. */
export function fromPixels(pixels: RawPixels, side: number, profile?: Uint8Array): Promise<Picture> {
  if (!profile || pixels.channels < 3) return toPicture(drawn(pixels), side)
  return toPicture(sharp(tiffOf(pixels, { profile, inks: false }), { limitInputPixels: false }), side)
}

/**
 * A picture from inks (cyan, magenta, yellow, black), where 255 is full ink. Without a profile, uses sharp's default
 * for CMYK.
 */
export function fromInks(pixels: RawPixels, side: number, profile?: Uint8Array): Promise<Picture> {
  return toPicture(sharp(tiffOf(pixels, { profile, inks: true }), { limitInputPixels: false }), side)
}

const [SHORT, LONG, UNDEFINED] = [3, 4, 7] as const

type Entry = [tag: number, type: number, count: number, value: number]

/** Makes an uncompressed TIFF: the simplest format that stores both pixels and a profile. */
function tiffOf(
  pixels: RawPixels,
  { profile = new Uint8Array(), inks }: { profile?: Uint8Array | undefined; inks: boolean },
): Buffer {
  const { data, width, height, channels } = pixels
  const colour = inks ? 5 : channels > 2 ? 2 : 1
  const alpha = !inks && (channels === 2 || channels === 4)
  const bits = Buffer.alloc(channels * 2)
  for (let i = 0; i < channels; i++) bits.writeUInt16LE(8, i * 2)
  const head = Buffer.from('49492a0008000000', 'hex')
  const entryCount = 10 + (alpha ? 1 : 0) + (profile.length > 0 ? 1 : 0)
  const bitsAt = head.length + 2 + entryCount * 12 + 4
  const profileAt = bitsAt + bits.length
  const pixelsAt = profileAt + profile.length + (profile.length % 2)
  const entries: Entry[] = [
    [256, LONG, 1, width],
    [257, LONG, 1, height],
    [258, SHORT, channels, channels > 2 ? bitsAt : channels === 2 ? 0x0008_0008 : 8],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, colour],
    [273, LONG, 1, pixelsAt],
    [277, SHORT, 1, channels],
    [278, LONG, 1, height],
    [279, LONG, 1, data.length],
    [284, SHORT, 1, 1],
    ...(alpha ? [[338, SHORT, 1, 2] as Entry] : []),
    ...(profile.length > 0 ? [[34675, UNDEFINED, profile.length, profileAt] as Entry] : []),
  ]
  const directory = Buffer.alloc(2 + entryCount * 12 + 4)
  directory.writeUInt16LE(entryCount)
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = 2 + i * 12
    directory.writeUInt16LE(tag, at)
    directory.writeUInt16LE(type, at + 2)
    directory.writeUInt32LE(count, at + 4)
    directory.writeUInt32LE(value, at + 8)
  }
  return Buffer.concat([head, directory, bits, profile, Buffer.alloc(profile.length % 2), data])
}
