import { CoreError } from '../../../util/errors.ts'
import {
  contained,
  ffmpegEngine,
  type FilmFacts,
  findFfmpeg,
  hasEncoder,
  probeFilm,
  runFfmpeg,
} from '../film/ffmpeg.ts'
import { toStandardRange } from '../film/ffmpeg.ts'
import type { Engine } from '../generator.ts'
import type { CopyRequest, FilmCopy } from './copy.ts'
import { maxProxyBytes, STALL_MS } from './limits.ts'
import { LONGEST, type Profile } from './profiles.ts'
import { Progress } from './progress.ts'

const ENCODER = 'libx264'
/** The x264 preset. It is twice as fast as the default, for a tenth more bytes. */
const PRESET = 'veryfast'
const SAMPLE_RATE = 48_000
/** The first version with the option `-fps_mode`, which replaces `-vsync`. */
const FPS_MODE_SINCE = [5, 1] as const

/** Makes all copies from one decode; null if there is no suitable `ffmpeg`. Throws like `Make`. */
export async function copyByFfmpeg(request: CopyRequest): Promise<Engine | null> {
  const program = findFfmpeg()
  if (!program || !(await hasEncoder(program, ENCODER))) return null
  const [facts, engine] = await Promise.all([probeFilm(request.path), ffmpegEngine(program)])
  if (facts.hasPictures === false) throw new CoreError('Unsupported', 'the video has no frames')
  const range = await toStandardRange(program, facts)
  const progress = new Progress({ maxBytes: maxProxyBytes(request) })
  const { signal } = progress
  const onPrinted = (chunk: Buffer) => progress.read(chunk)
  const args = ['-progress', 'pipe:1', ...ffmpegArguments(request, { facts, range, version: engine.version })]
  await runFfmpeg(program, args, { maxBytes: 0, onPrinted, signal, silenceMs: STALL_MS })
  if (progress.pictures === 0) throw new CoreError('Corrupt', 'the video has no complete frame to start from')
  return engine
}

interface CopyFacts {
  readonly facts: FilmFacts
  /** The filters of `toStandardRange`. */
  readonly range: readonly string[]
  /** The version of ffmpeg. */
  readonly version: string
}

/** The arguments for ffmpeg. */
export function ffmpegArguments(
  { path, copies, threads }: CopyRequest,
  { facts, range, version }: CopyFacts,
): string[] {
  const shared = { times: keepTimes(version), range, facts, threads }
  return [
    ['-y', '-filter_threads', String(Math.max(1, threads))],
    ['-threads', String(threads), ...contained, '-i', `file:${path}`],
    ...copies.map((copy) => outputOf(copy, shared)),
  ].flat()
}

interface Shared {
  readonly times: readonly string[]
  readonly range: readonly string[]
  readonly facts: FilmFacts
  readonly threads: number
}

function outputOf({ profile, into }: FilmCopy, { times, range, facts, threads }: Shared): string[] {
  const { crf, keySeconds, soundBits } = profile
  const before = [...coloured(facts), ...(facts.interlaced ? ['yadif'] : [])]
  const filters = [...before, ...slower(profile), scaled(profile), ...range]
  return [
    // Skips the cover picture; keeps one track of sound.
    ['-map', '0:V:0', '-map', '0:a:0?', '-map_metadata', '-1', '-map_chapters', '-1'],
    ['-vf', [...filters, 'format=yuv420p', 'setsar=1'].join(','), ...times],
    ['-c:v', ENCODER, '-preset', PRESET, '-crf', String(crf), '-threads', String(threads)],
    ['-force_key_frames', `expr:isnan(prev_forced_t)+gte(t,prev_forced_t+${keySeconds})`],
    // Fills gaps in the sound, so that it stays in sync.
    ['-af', 'aresample=async=1', '-c:a', 'aac', '-b:a', String(soundBits)],
    ['-ac', '2', '-ar', String(SAMPLE_RATE)],
    // Puts the index at the beginning of the file, so that players can start at once.
    ['-movflags', '+faststart', '-f', 'mp4', `file:${into}`],
  ].flat()
}

/** The options with which every frame keeps its time. If the frame rate varies, no frame is duplicated. */
function keepTimes(version: string): string[] {
  const [major = 0, minor = 0] = /^n?(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [Infinity, 0]
  const [sinceMajor, sinceMinor] = FPS_MODE_SINCE
  const isNew = major > sinceMajor || (major === sinceMajor && minor >= sinceMinor)
  return [isNew ? '-fps_mode' : '-vsync', 'vfr']
}

/** Declares the colour space: players would guess it from the size, which differs in the copy. */
function coloured({ colours }: FilmFacts): string[] {
  return colours ? [`setparams=colorspace=${colours}:color_primaries=${colours}:color_trc=${colours}`] : []
}

/** Keeps the first frame of each interval. */
function slower({ rate }: Profile): string[] {
  if (rate === null) return []
  // Times are rounded: a frame at the start of an interval must not count for the previous one.
  const share = (time: string) => `floor(${time}*${rate}+0.01)`
  return [`select='isnan(prev_selected_t)+gt(${share('t')},${share('prev_selected_t')})'`]
}

/** The filter that makes square pixels and even sides, and never enlarges. */
function scaled({ lines }: Profile): string {
  const by = `min(1,min(${lines}/min(iw*sar,ih),${lines * LONGEST}/max(iw*sar,ih)))`
  const even = (length: string) => `'max(2,2*trunc(${length}*${by}/2+0.001))'`
  return `scale=w=${even('iw*sar')}:h=${even('ih')}`
}
