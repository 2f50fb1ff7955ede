import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { CoreError } from '../../../../util/errors.ts'
import { fsPath, type RawName } from '../../../../util/file-name.ts'
import { runProgram } from '../../program.ts'
import { findProgram } from '../../../../util/find-program.ts'
import { decodeHeif } from './heif/decode-heif.ts'
import { type Decode, MAX_PIXELS, type Picture, toPicture } from './picture.ts'

const MAX_PRINTED = 65_536

/** Decodes HEIC and HEIF with the embedded HEVC decoder; if that fails, with the `heif-convert` on PATH. */
export const decode: Decode = async (source, _content, side) => {
  try {
    return await decodeHeif(await readFile(fsPath(source)), side)
  } catch (err) {
    const program = findProgram('heif-convert')
    if (program) return await convert(program, source, side).catch(() => Promise.reject(err))
    if (!(err instanceof CoreError) || err.code !== 'Unsupported') throw err
    throw new CoreError('Unsupported', `${err.message}; heif-convert (libheif) on PATH would make it`, { cause: err })
  }
}

async function convert(program: string, source: RawName, side: number): Promise<Picture> {
  if (typeof source !== 'string') throw new CoreError('Unsupported', 'its name is not text')
  const folder = await mkdtemp(join(tmpdir(), 'spacedrive-heif-'))
  try {
    await runProgram(program, [source, join(folder, 'out.png')], { maxBytes: MAX_PRINTED })
    // If the file has several pictures, the program writes several files.
    const [first] = (await readdir(folder)).toSorted()
    if (!first) throw new CoreError('Corrupt', 'there is no picture in it')
    // The program has already turned the picture, but has kept the EXIF orientation, which must be ignored.
    const drawing = sharp(await readFile(join(folder, first)), { limitInputPixels: MAX_PIXELS })
    return { ...(await toPicture(drawing, side)), engine: { name: 'heif-convert', version: '' } }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
