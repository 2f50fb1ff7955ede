import { CoreError, errorMessage } from '../../../util/errors.ts'
import type { Engine } from '../generator.ts'
import { runProgram, type RunOptions } from '../program.ts'
import { findProgram } from '../../../util/find-program.ts'
import { DAMAGED } from './damaged.ts'
import { HIGH_DEFINITION } from './look.ts'

const MAX_PROBE_BYTES = 1_048_576
/** Limit on the output of a picture. A PNG of the largest requested size is smaller. */
export const MAX_PNG_BYTES = 64 * 2 ** 20

/** Video containers, by ffmpeg's names. Playlists are left out, because they name other files. */
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

/** Options that forbid a film to make ffmpeg read other files and addresses. */
export const contained = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS.join(',')]

/** ffmpeg's names of transfer functions of high dynamic range. */
const BRIGHT = ['smpte2084', 'arib-std-b67']
/** ffprobe's names of interlaced field orders. */
const INTERLACED = ['tt', 'bb', 'tb', 'bt']
/** Brightness of white paper in a film of high dynamic range, in cd/m² (ITU-R BT.2408). */
const WHITE = 203
/** Light above this fraction of white is compressed. */
const KNEE = 0.5

export function findFfmpeg(): string | null {
  return findProgram('ffmpeg')
}

/**
 * Runs ffmpeg with error messages as its only text output, and on one thread unless the arguments set another number.
 * Throws `DiskFull`. Throws `Unsupported` for containers that are not films, for codecs that this ffmpeg lacks, and if
 * it needs too much memory. Also throws the errors of `runProgram`.
 */
export async function runFfmpeg(program: string, args: readonly string[], options: RunOptions): Promise<Buffer> {
  const quiet = ['-nostdin', '-hide_banner', '-v', 'error', '-threads', '1']
  return runProgram(program, [...quiet, ...args], options).catch((err: unknown) => Promise.reject(failureOf(err)))
}

/** Turns ffmpeg's message into an error with a clear cause. */
function failureOf(err: unknown): unknown {
  if (!(err instanceof CoreError) || err.code !== 'Corrupt') return err
  const complaint = err.cause ? errorMessage(err.cause) : err.message
  if (/no space left on device/i.test(complaint)) return new CoreError('DiskFull', 'the disk is full', { cause: err })
  if (/cannot allocate memory/i.test(complaint))
    return new CoreError('Unsupported', 'ffmpeg needs more memory for it than a process may take', { cause: err })
  if (/not on whitelist/i.test(complaint))
    return new CoreError('Unsupported', 'ffmpeg does not know its file format', { cause: err })
  if (/unknown decoder|decoder.* not found/i.test(complaint))
    return new CoreError('Unsupported', 'the ffmpeg on PATH does not know its codec', { cause: err })
  return new CoreError('Corrupt', reasonIn(complaint), { cause: err })
}

/**
 * The last meaningful line of ffmpeg's messages, without the path of the file and without the component that printed
 * it.
 */
export function reasonIn(complaint: string): string {
  const lines = complaint
    .trim()
    .split('\n')
    .map((line) => line.trim().replace(/^(\[[^\]]* @ 0x[0-9a-f]+\] )+/i, ''))
  const line = lines.findLast((each) => !SAYS_NOTHING.test(each))
  if (line === undefined || lines.some((each) => DAMAGE.test(each))) return DAMAGED
  return line.replace(/^(file:)?\/.*: (?=[A-Z])/, '')
}

/** Messages that only follow from an earlier message, and explain nothing. */
const SAYS_NOTHING =
  /^(conversion failed|exiting|task finished with error|terminating thread|nothing was written|finishing stream|error (sending frames|while filtering))/i
/** Messages about incomplete files, from various versions of ffmpeg. */
const DAMAGE = new RegExp(
  [
    'invalid data found|end of file|after eof|moov atom not found|partial file|truncated',
    'error (marking filters|submitting|(while )?decoding|reading)|decode error rate|could not find codec parameters',
  ].join('|'),
  'i',
)

/** Whether a program can encode with a codec. */
export async function hasEncoder(program: string, name: string): Promise<boolean> {
  const encoders = await ask(program, ['-hide_banner', '-encoders']).catch((err: unknown) => {
    // If ffmpeg itself does not start, no film is at fault.
    if (err instanceof CoreError && err.code === 'Corrupt') return ''
    throw err
  })
  return encoders.includes(` ${name} `)
}

export async function ffmpegEngine(program: string): Promise<Engine> {
  const printed = await ask(program, ['-version'])
  return { name: 'ffmpeg', version: /version (\S+)/.exec(printed)?.[1] ?? '' }
}

/** The facts that ffprobe reports about a film. */
export interface FilmFacts {
  /** Seconds; 0 if unknown. */
  readonly length: number
  /** Whether it has video and sound; null if there is no ffprobe. */
  readonly hasPictures: boolean | null
  readonly hasSound: boolean | null
  /** The colour space to assume if the film does not declare one; null if it does. */
  readonly colours: 'bt709' | 'smpte170m' | null
  /** Whether each frame consists of two fields, one for every other line. */
  readonly interlaced: boolean
  /** The transfer function, if it is one of high dynamic range. */
  readonly bright: string | null
}

interface Probed {
  readonly format?: { readonly duration?: string }
  readonly streams?: readonly {
    readonly codec_type?: string
    readonly duration?: string
    readonly height?: number
    readonly color_space?: string
    readonly color_transfer?: string
    readonly field_order?: string
    readonly disposition?: { readonly attached_pic?: number }
  }[]
}

/** Reads the facts about a film. Throws `Corrupt`. */
export async function probeFilm(path: string): Promise<FilmFacts> {
  const program = findProgram('ffprobe')
  if (!program) return { length: 0, hasPictures: null, hasSound: null, colours: null, interlaced: false, bright: null }
  const entries =
    'format=duration:stream=codec_type,duration,height,color_space,color_transfer,field_order:stream_disposition=attached_pic'
  const args = ['-v', 'error', ...contained, '-show_entries', entries, '-of', 'json', `file:${path}`]
  const { format, streams = [] } = JSON.parse(await ask(program, args)) as Probed
  const pictures = streams.find((each) => each.codec_type === 'video' && each.disposition?.attached_pic !== 1)
  const transfer = pictures?.color_transfer ?? ''
  return {
    length: Math.max(0, Number(format?.duration ?? pictures?.duration) || 0),
    hasPictures: pictures !== undefined,
    hasSound: streams.some((each) => each.codec_type === 'audio'),
    colours: coloursOf(pictures),
    interlaced: INTERLACED.includes(pictures?.field_order ?? ''),
    bright: BRIGHT.includes(transfer) ? transfer : null,
  }
}

function coloursOf(pictures: NonNullable<Probed['streams']>[number] | undefined): FilmFacts['colours'] {
  if (pictures?.color_space !== undefined && pictures.color_space !== 'unknown') return null
  return (pictures?.height ?? 0) >= HIGH_DEFINITION ? 'bt709' : 'smpte170m'
}

async function ask(program: string, args: readonly string[]): Promise<string> {
  const limits = { maxBytes: MAX_PROBE_BYTES }
  const printed = await runProgram(program, args, limits).catch((err: unknown) => Promise.reject(failureOf(err)))
  return printed.toString('utf8')
}

/**
 * Filters that reduce high dynamic range to that of an ordinary screen; none for other films, or if this ffmpeg lacks
 * them.
 */
export async function toStandardRange(program: string, { bright }: FilmFacts): Promise<string[]> {
  if (!bright || !(await ask(program, ['-hide_banner', '-filters'])).includes(' zscale ')) return []
  return [
    `zscale=tin=${bright}:min=bt2020nc:pin=bt2020:t=linear:npl=${WHITE}`,
    'format=gbrpf32le',
    'zscale=p=bt709',
    `tonemap=mobius:param=${KNEE}:desat=0`,
    'zscale=t=bt709:m=bt709:r=limited',
    'format=yuv420p',
  ]
}

/** A filter to the intended aspect ratio, with sides of at most `side`. */
export function fitted(side: number): string {
  return `scale=iw*sar:ih,setsar=1,scale='min(${side},iw)':'min(${side},ih)':force_original_aspect_ratio=decrease`
}

export function onePng(filter: string): string[] {
  return ['-frames:v', '1', '-vf', filter, '-c:v', 'png', '-f', 'image2pipe', 'pipe:1']
}
