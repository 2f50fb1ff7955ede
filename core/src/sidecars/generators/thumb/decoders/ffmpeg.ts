import { CoreError } from '../../../../util/errors.ts'
import type { RawName } from '../../../../util/file-name.ts'
import { type FfmpegFilm, isCorrupt, openFfmpegFilm } from '../../film/ffmpeg-film.ts'
import { ffmpegEngine, findFfmpeg, fitted, MAX_PNG_BYTES, onePng, runFfmpeg } from '../../film/ffmpeg.ts'
import { firstToShow } from '../../film/look.ts'
import { type Decode, fromEncoded, type Picture } from './picture.ts'
import { withTextPath } from './text-path.ts'

/** The positions of candidate frames, as fractions of the length of a video. */
const PLACES = [0.1, 0.3, 0.5, 0.75, 0]

/** ffmpeg's codecs for formats without an embedded decoder. */
const stills: Readonly<Record<string, string>> = {
  'image/fits': 'fits',
  'image/jls': 'jpegls',
  'image/jp2': 'jpeg2000',
  'image/jxl': 'libjxl',
  'image/qoi': 'qoi',
  'image/sgi': 'sgi',
  'image/vnd-ms.dds': 'dds',
  'image/vnd.radiance': 'hdr',
  'image/vnd.zbrush.pcx': 'pcx',
  'image/x-dpx': 'dpx',
  'image/x-exr': 'exr',
  'image/x-ilbm': 'iff',
  'image/x-portable-arbitrarymap': 'pam',
  'image/x-portable-floatmap': 'pfm',
  'image/x-sun-raster': 'sunrast',
  'image/x-tga': 'targa',
  'image/x-xbitmap': 'xbm',
  'image/x-xpixmap': 'xpm',
}

/** Decodes pictures without an embedded decoder: JPEG XL, JPEG 2000, Targa, OpenEXR… */
export const decode: Decode = async (source, { mime }, side) => {
  const codec = stills[mime ?? '']
  if (!codec) throw new CoreError('Unsupported', `no engine here reads pictures of the kind ${mime ?? 'it is'}`)
  const program = findFfmpeg()
  if (!program) throw new CoreError('Unsupported', `nothing embedded reads ${mime}; ffmpeg on PATH would make it`)
  return withTextPath(source, async (path) => {
    // Reads only this file: without these options, `image2` would take a number in the name for a sequence of files.
    const input = ['-protocol_whitelist', 'file', '-f', 'image2', '-pattern_type', 'none', '-c:v', codec]
    const args = [...input, '-i', `file:${path}`, ...onePng(fitted(side))]
    const limits = { maxBytes: MAX_PNG_BYTES }
    const png = await runFfmpeg(program, args, limits)
    if (png.length === 0) throw new CoreError('Corrupt', 'there is no picture in it')
    return { ...(await fromEncoded(png, side)), engine: await ffmpegEngine(program) }
  })
}

/** The first frame of a video that shows something; null if there is no `ffmpeg`. Throws `Corrupt`. */
export async function frameByFfmpeg(source: RawName, side: number): Promise<Picture | null> {
  return withTextPath(source, async (path) => {
    using film = await openFfmpegFilm(path)
    if (!film) return null
    const failures: Error[] = []
    const picture = await firstToShow(candidates(film, side, failures))
    if (!picture) throw failures[0] ?? new CoreError('Corrupt', 'there is no picture in it')
    return picture
  })
}

async function* candidates(film: FfmpegFilm, side: number, failures: Error[]): AsyncGenerator<Picture> {
  for (const place of film.length > 0 ? PLACES : [0]) {
    const picture = await film.usualPicture(film.length * place, side).catch((err: unknown) => {
      // The frame is damaged; try another one.
      if (!isCorrupt(err)) throw err
      failures.push(err)
      return null
    })
    if (picture) yield picture
  }
}
