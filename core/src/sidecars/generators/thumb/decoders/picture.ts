import { readFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { fsPath, type RawName } from '../../../../util/file-name.ts'
import type { ContentFacts, Engine } from '../../generator.ts'

/** Pixels, upright, in sRGB, eight bits a channel. */
export interface Picture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
  /** What decoded it. */
  readonly engine: Engine
}

/** Decodes a file to a picture whose longer side is at most `side` pixels. Throws what `Make` throws. */
export type Decode = (source: RawName, content: ContentFacts, side: number) => Promise<Picture>

/** Pictures with more pixels are not decoded: 300 million are some 900 MB. */
export const MAX_PIXELS = 3e8

sharp.concurrency(1)
sharp.cache(false)

/** A GIF without a frame and a drawing without a size are whole, but show nothing. */
const NO_PICTURE = /no frames|bad dimensions/

/** A picture in a format that sharp reads, turned as its EXIF says, from memory or, where it is text, from that path. */
export function fromEncoded(input: Uint8Array | string, side: number): Promise<Picture> {
  return toPicture(sharp(input, { failOn: 'none', limitInputPixels: MAX_PIXELS }).rotate(), side)
}

/** Whatever sharp was told to draw, in sRGB and no longer than `side`. Throws `Corrupt`, `Unsupported`. */
export async function toPicture(drawing: Sharp, side: number): Promise<Picture> {
  const { data, info } = await drawing
    .toColourspace('srgb')
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((err: unknown) => {
      const message = errorMessage(err)
      if (message.includes('pixel limit')) throw new CoreError('Unsupported', `it has more than ${MAX_PIXELS} pixels`)
      if (NO_PICTURE.test(message)) throw new CoreError('Unsupported', 'there is no picture in it', { cause: err })
      // What follows is said by libraries below, of the same.
      throw new CoreError('Corrupt', message.split('\n')[0] || 'it cannot be read', { cause: err })
    })
  const engine = { name: 'sharp', version: sharp.versions.sharp ?? '' }
  return { data, width: info.width, height: info.height, channels: info.channels, engine }
}

/** What sharp opens: the path where it can name it, else the bytes. */
export async function sharpInput(source: RawName): Promise<Uint8Array | string> {
  return typeof source === 'string' ? source : readFile(fsPath(source))
}
