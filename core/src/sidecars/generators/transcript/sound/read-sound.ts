import { fileURLToPath } from 'node:url'
import { CoreError } from '../../../../util/errors.ts'
import { streamProgram } from '../../stream-program.ts'
import { DECODER_SILENCE_MS } from '../limits.ts'
import { soundByFfmpeg } from './ffmpeg-sound.ts'
import { NO_LENGTH, NO_SOUND } from './no-sound.ts'
import { readFailure } from './sound-failure.ts'

const PROGRAM = fileURLToPath(new URL('sound-process.ts', import.meta.url))
/** Limit on the heap of the decoding process, in megabytes: it only holds some packets. */
const HEAP_MIB = 192

/**
 * Decodes the sound of a file to one channel at `SAMPLE_RATE`, no faster than the caller consumes it. Uses the `ffmpeg`
 * on PATH, which needs only a fifth of the embedded decoder's processor time. If it is missing or fails, the embedded
 * decoder continues, in a separate process. Throws `Unsupported`, `Corrupt`, `Timeout`; blocks yielded before an error
 * are good.
 */
export async function* readSound(path: string): AsyncGenerator<Int16Array> {
  const byFfmpeg = soundByFfmpeg(path)
  let taken = 0
  let failure: unknown = null
  try {
    for await (const block of samplesOf(byFfmpeg ?? [])) {
      taken += block.length
      yield block
    }
    if (taken > 0) return
    if (byFfmpeg) failure = new CoreError('Unsupported', NO_LENGTH)
  } catch (err) {
    if (isCertain(err)) throw err
    failure = err
  }
  let isMore = false
  try {
    for await (const block of behind(taken, samplesOf(embedded(path)))) {
      isMore = true
      yield block
    }
  } catch (err) {
    throw whyNot(failure, err)
  }
  // The embedded decoder has stopped where ffmpeg failed, so the rest is missing.
  if (taken > 0 && !isMore) throw failure
}

/** Skips a number of samples, and yields the rest. */
async function* behind(samples: number, blocks: AsyncIterable<Int16Array>): AsyncGenerator<Int16Array> {
  let left = samples
  for await (const block of blocks) {
    const rest = block.subarray(left)
    left = Math.max(0, left - block.length)
    if (rest.length > 0) yield rest
  }
}

function embedded(path: string): AsyncGenerator<Buffer> {
  return streamProgram({
    program: process.execPath,
    name: 'the decoder of sound',
    args: [`--max-old-space-size=${HEAP_MIB}`, '--disable-warning=ExperimentalWarning', PROGRAM, path],
    silenceMs: DECODER_SILENCE_MS,
    failure: readFailure,
  })
}

/** Whether another decoder would fail with the same error. */
function isCertain(err: unknown): boolean {
  return err instanceof CoreError && (err.message === NO_SOUND || err.message === NO_LENGTH)
}

/**
 * The error if both decoders fail. Prefers ffmpeg's error, because it supports more formats, unless ffmpeg was missing
 * or crashed.
 */
function whyNot(byFfmpeg: unknown, err: unknown): unknown {
  const isFfmpegs = byFfmpeg instanceof CoreError && byFfmpeg.code !== 'Unavailable'
  if (isFfmpegs && !isCertain(err)) return byFfmpeg
  if (byFfmpeg !== null || !(err instanceof CoreError) || err.code !== 'Unsupported' || isCertain(err)) return err
  return new CoreError('Unsupported', `${err.message}; ffmpeg on PATH would read it`, { cause: err })
}

/** Joins chunks into whole samples, because a chunk may end between the two bytes of a sample. */
async function* samplesOf(chunks: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Int16Array> {
  let odd: Buffer | null = null
  for await (const chunk of chunks) {
    const bytes: Buffer = odd ? Buffer.concat([odd, chunk]) : chunk
    const count = Math.floor(bytes.length / 2)
    odd = bytes.length % 2 === 1 ? bytes.subarray(-1) : null
    const samples = new Int16Array(count)
    new Uint8Array(samples.buffer).set(bytes.subarray(0, count * 2))
    if (count > 0) yield samples
  }
}
