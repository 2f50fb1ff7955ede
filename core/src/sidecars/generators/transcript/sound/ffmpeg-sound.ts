import { CoreError } from '../../../../util/errors.ts'
import { reasonIn } from '../../film/ffmpeg.ts'
import { findProgram } from '../../../../util/find-program.ts'
import { streamProgram } from '../../stream-program.ts'
import { DECODER_SILENCE_MS, MAX_RECORDING_MS, SAMPLE_RATE } from '../limits.ts'
import { NO_SOUND } from './no-sound.ts'

/** Sound containers, by ffmpeg's names. Playlists are left out, because they name other files. */
const CONTAINERS =
  'aac ac3 aiff amr amrnb amrwb ape asf au avi av1 caf dsf dts dtshd dv eac3 flac flv gsm gxf iff ivf kux loas matroska,webm mlp mov,mp4,m4a,3gp,3g2,mj2 mp3 mpc mpc8 mpeg mpegts mxf nsv nut ogg oma qcp rm shn tak truehd tta voc vqf w64 wav wsaud wtv wv xa xwma'
    .split(' ')
    .join(',')

/** Fills a late start and gaps with silence, so that times match those of the file. */
const ALIGNED = 'aresample=async=1:first_pts=0'

/**
 * Decodes the sound of a file with the `ffmpeg` on PATH, like `decodeSound`, as bytes; null if there is no `ffmpeg`.
 */
export function soundByFfmpeg(path: string): AsyncGenerator<Buffer> | null {
  const program = findProgram('ffmpeg')
  if (!program) return null
  const quiet = ['-nostdin', '-v', 'error', '-threads', '1']
  // Options that forbid a file to make ffmpeg read other files and addresses.
  const contained = ['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS]
  const input = ['-i', `file:${path}`, '-map', '0:a:0', '-vn', '-sn', '-dn', '-map_metadata', '-1']
  const form = ['-af', ALIGNED, '-ac', '1', '-ar', String(SAMPLE_RATE), '-t', String(MAX_RECORDING_MS / 1_000)]
  return streamProgram({
    program,
    name: 'ffmpeg',
    args: [...quiet, ...contained, ...input, ...form, '-f', 's16le', 'pipe:1'],
    silenceMs: DECODER_SILENCE_MS,
    failure,
  })
}

function failure(complaint: string, _how: string, crashed: boolean): CoreError | null {
  if (crashed) return null
  if (/matches no streams/.test(complaint)) return new CoreError('Unsupported', NO_SOUND)
  if (/whitelist/i.test(complaint)) return new CoreError('Unsupported', 'it names other files, which are not read')
  return new CoreError('Corrupt', `its sound cannot be decoded: ${reasonIn(complaint)}`)
}
