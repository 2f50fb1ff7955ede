import sharp from 'sharp'
import { readFile } from 'node:fs/promises'
import { fsPath } from '../../../../util/file-name.ts'
import type { ContentFacts } from '../../generator.ts'

/** Pixels, upright, in sRGB, eight bits a channel. */
export interface Picture {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
}

/** Pictures with more pixels are not decoded: 300 million are some 900 MB. */
const MAX_PIXELS = 3e8

sharp.concurrency(1)
sharp.cache(false)

/** Decodes a file to a picture whose longer side is at most `side` pixels. Throws what the decoder says. */
export async function decode(source: string | Uint8Array, content: ContentFacts, side: number): Promise<Picture> {
  // A vector picture that is given by its path may draw other files into itself; from memory it cannot name them.
  const input = content.mime === 'image/svg+xml' || typeof source !== 'string' ? await readFile(fsPath(source)) : source
  const { data, info } = await sharp(input, { failOn: 'none', limitInputPixels: MAX_PIXELS })
    .rotate()
    .toColourspace('srgb')
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: info.channels }
}
