import sharp from 'sharp'
import { CoreError } from '../../../../util/errors.ts'
import { runProgram } from '../../program.ts'
import { findProgram } from '../../../../util/find-program.ts'
import { type Decode, fromEncoded, MAX_PIXELS, type Picture, toPicture } from './picture.ts'
import { drawn } from './raw-pixels.ts'
import { embeddedJpeg } from './raw/embedded-jpeg.ts'
import { withTextPath } from './text-path.ts'

const MAX_JPEG_BYTES = 128 * 2 ** 20
/** ExifTool's names of embedded pictures, the largest first. */
const PREVIEWS = ['JpgFromRaw', 'PreviewImage', 'OtherImage', 'ThumbnailImage']

/**
 * Decodes the picture that a camera has embedded in its raw photo. If no such picture is found here, uses `exiftool`.
 */
export const decode: Decode = async (source, { mime }, side) => {
  const embedded = await embeddedJpeg(source)
  if (embedded) {
    const { jpeg, orientation } = embedded
    return orientation === null ? fromEncoded(jpeg, side) : turned(jpeg, orientation, side)
  }
  const program = findProgram('exiftool')
  if (!program)
    throw new CoreError('Unsupported', `no picture was found in ${mime ?? 'it'}; exiftool on PATH may find one`)
  const picture = await withTextPath(source, (path) => byExiftool(program, path, side))
  if (!picture) throw new CoreError('Unsupported', 'the camera has put no picture into it')
  return picture
}

async function byExiftool(program: string, path: string, side: number): Promise<Picture | null> {
  const run = (...args: string[]) => runProgram(program, [...args, path], { maxBytes: MAX_JPEG_BYTES })
  const orientation = Number((await run('-b', '-n', '-Orientation')).toString()) || 1
  for (const preview of PREVIEWS) {
    const jpeg = await run('-b', `-${preview}`)
    if (jpeg.length > 0)
      return { ...(await turned(jpeg, orientation, side)), engine: { name: 'exiftool', version: '' } }
  }
  return null
}

/** The steps that turn a picture upright, by EXIF orientation: mirror left to right, then rotate clockwise. */
const turns: Readonly<Record<number, { mirror: boolean; degrees: number }>> = {
  1: { mirror: false, degrees: 0 },
  2: { mirror: true, degrees: 0 },
  3: { mirror: false, degrees: 180 },
  4: { mirror: true, degrees: 180 },
  5: { mirror: true, degrees: 270 },
  6: { mirror: false, degrees: 90 },
  7: { mirror: true, degrees: 90 },
  8: { mirror: false, degrees: 270 },
}

async function turned(jpeg: Buffer, orientation: number, side: number): Promise<Picture> {
  const small = await toPicture(sharp(jpeg, { failOn: 'none', limitInputPixels: MAX_PIXELS }), side)
  const { mirror, degrees } = turns[orientation] ?? turns[1]!
  const mirrored = await drawn(small).flop(mirror).raw().toBuffer()
  return toPicture(drawn({ ...small, data: mirrored }).rotate(degrees), side)
}
