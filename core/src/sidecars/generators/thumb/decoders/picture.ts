import { readFile } from 'node:fs/promises'
import sharp, { type Sharp } from 'sharp'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import { fsPath, type RawName } from '../../../../util/file-name.ts'
import type { ContentFacts, Engine } from '../../generator.ts'

/** Upright pixels in sRGB, eight bits per channel. */
export interface Picture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
  /** The engine that decoded the picture. */
  readonly engine: Engine
  /** One line for the user about parts that are missing in the picture. */
  readonly note?: string
}

/** Decodes a file to a picture whose longer side has at most `side` pixels. Throws like `Make`. */
export type Decode = (source: RawName, content: ContentFacts, side: number) => Promise<Picture>

/** Limit on the pixels of a picture: 300 million pixels take some 900 MB. */
export const MAX_PIXELS = 3e8

sharp.concurrency(1)
sharp.cache(false)

/** Matches sharp's messages about valid files without a picture: a GIF without frames, or a drawing without a size. */
const NO_PICTURE = /no frames|bad dimensions/

/** Decodes a picture in a format that sharp supports, from memory or from a path, turned according to its EXIF. */
export function fromEncoded(input: Uint8Array | string, side: number): Promise<Picture> {
  return toPicture(sharp(input, { failOn: 'none', limitInputPixels: MAX_PIXELS }).rotate(), side)
}

/** The error for a picture that a library cannot decode: plain words, and in brackets the message of the library. */
export function damagedPicture(cause: unknown): CoreError {
  // The following lines are messages of underlying libraries about the same error.
  const [reason = ''] = errorMessage(cause).split('\n')
  return new CoreError('Corrupt', `the picture is damaged or cut off${reason === '' ? '' : ` (${reason})`}`, { cause })
}

/** Renders a sharp pipeline in sRGB, with the longer side at most `side`. Throws `Corrupt`, `Unsupported`. */
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
      throw damagedPicture(err)
    })
  const engine = { name: 'sharp', version: sharp.versions.sharp ?? '' }
  return { data, width: info.width, height: info.height, channels: info.channels, engine }
}

/** The input for sharp: the path if it is text, or else the bytes. */
export async function sharpInput(source: RawName): Promise<Uint8Array | string> {
  return typeof source === 'string' ? source : readFile(fsPath(source))
}
