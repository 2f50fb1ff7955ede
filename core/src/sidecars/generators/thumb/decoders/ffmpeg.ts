import { CoreError, errorMessage } from '../../../../util/errors.ts'
import type { RawName } from '../../../../util/file-name.ts'
import type { Engine } from '../../generator.ts'
import { findProgram, runProgram } from '../../program.ts'
import { type Decode, fromEncoded, type Picture } from './picture.ts'
import { withTextPath } from './text-path.ts'

const FRAME_MS = 12_000
const PROBE_MS = 5_000
/** A PNG of the largest picture that is asked for takes less. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20
const MAX_PROBE_BYTES = 65_536
/** Pictures on from where it was sought, of which the most usual is taken. */
const PICTURES = 24

/** Containers of video. Playlists, which name other files, are not among them. */
const CONTAINERS = [
  [
    '3dostr',
    'amv',
    'asf',
    'avi',
    'av1',
    'bink',
    'dhav',
    'dv',
    'dvd',
    'flic',
    'flv',
    'gxf',
    'h261',
    'h263',
    'h264',
    'hevc',
  ],
  ['ivf', 'live_flv', 'lvf', 'lxf', 'm4v', 'matroska,webm', 'mjpeg', 'mov,mp4,m4a,3gp,3g2,mj2', 'mpeg', 'mpegts'],
  [
    'mpegvideo',
    'mtv',
    'mv',
    'mxf',
    'nsv',
    'nut',
    'obu',
    'ogg',
    'r3d',
    'rm',
    'roq',
    'swf',
    'vc1',
    'vivo',
    'wtv',
    'yuv4mpegpipe',
  ],
].flat()

/** The shape its pixels are meant to be seen in, and no larger than asked. */
function fitted(side: number): string {
  return `scale=iw*sar:ih,setsar=1,scale='min(${side},iw)':'min(${side},ih)':force_original_aspect_ratio=decrease`
}

/** What ffmpeg calls formats that nothing embedded reads. */
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

/** Pictures that nothing embedded reads: JPEG XL, JPEG 2000, Targa, OpenEXR… */
export const decode: Decode = async (source, { mime }, side) => {
  const codec = stills[mime ?? '']
  if (!codec) throw new CoreError('Unsupported', `nothing here reads pictures of the kind ${mime ?? 'it is'}`)
  const program = findProgram('ffmpeg')
  if (!program) throw new CoreError('Unsupported', `nothing embedded reads ${mime}; ffmpeg on PATH would make it`)
  return withTextPath(source, async (path) => {
    // One file, whatever its name: not a row of files with numbers in their names.
    const input = ['-protocol_whitelist', 'file', '-f', 'image2', '-pattern_type', 'none', '-c:v', codec]
    const args = [...quiet, ...input, '-i', `file:${path}`, ...onePng(fitted(side))]
    const limits = { timeoutMs: FRAME_MS, maxBytes: MAX_OUTPUT_BYTES }
    const png = await runProgram(program, args, limits).catch((err: unknown) => {
      const unknown = /unknown decoder/i.test(errorMessage(err))
      throw unknown ? new CoreError('Unsupported', `the ffmpeg on PATH does not read ${mime}`, { cause: err }) : err
    })
    if (png.length === 0) throw new CoreError('Corrupt', 'there is no picture in it')
    return pictureOf(png, side)
  })
}

/** A picture of a video, a tenth into it. Throws `Corrupt`, `Timeout`; null where there is no `ffmpeg`. */
export async function frameByFfmpeg(source: RawName, side: number): Promise<Picture | null> {
  const program = findProgram('ffmpeg')
  if (!program) return null
  return withTextPath(source, async (path) => {
    const at = (await duration(path)) / 10
    const png = (await frame(program, path, side, at)) ?? (await frame(program, path, side, 0))
    if (!png) throw new CoreError('Corrupt', 'there is no picture in it')
    return pictureOf(png, side)
  })
}

async function frame(program: string, path: string, side: number, at: number): Promise<Buffer | null> {
  const seek = at > 0 ? ['-ss', at.toFixed(3)] : []
  const input = ['-i', `file:${path}`, '-an', '-sn', '-dn']
  const args = [...quiet, ...contained, ...seek, ...input, ...onePng(`thumbnail=${PICTURES},${fitted(side)}`)]
  const png = await runProgram(program, args, { timeoutMs: FRAME_MS, maxBytes: MAX_OUTPUT_BYTES })
  return png.length > 0 ? png : null
}

/** Seconds; 0 where it is not known. */
async function duration(path: string): Promise<number> {
  const program = findProgram('ffprobe')
  if (!program) return 0
  const ask = ['-show_entries', 'format=duration', '-of', 'default=noprint_wrappers=1:nokey=1', `file:${path}`]
  const limits = { timeoutMs: PROBE_MS, maxBytes: MAX_PROBE_BYTES }
  const printed = await runProgram(program, ['-v', 'error', ...contained, ...ask], limits).catch(() => '')
  return Math.max(0, Number(printed.toString()) || 0)
}

/** A video may name other files, and addresses: they are not read. */
const contained = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS.join(',')]
const quiet = ['-nostdin', '-v', 'error', '-threads', '1']

function onePng(filter: string): string[] {
  return ['-frames:v', '1', '-vf', filter, '-c:v', 'png', '-f', 'image2pipe', 'pipe:1']
}

async function pictureOf(png: Buffer, side: number): Promise<Picture> {
  return { ...(await fromEncoded(png, side)), engine: await engine() }
}

async function engine(): Promise<Engine> {
  const program = findProgram('ffmpeg')
  const printed = program
    ? await runProgram(program, ['-version'], { timeoutMs: PROBE_MS, maxBytes: MAX_PROBE_BYTES })
    : ''
  return { name: 'ffmpeg', version: /version (\S+)/.exec(printed.toString())?.[1] ?? '' }
}
