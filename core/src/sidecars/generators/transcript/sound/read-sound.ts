import { fileURLToPath } from 'node:url'
import { CoreError } from '../../../../util/errors.ts'
import { streamProgram } from '../../stream-program.ts'
import { DECODER_SILENCE_MS } from '../limits.ts'
import { soundByFfmpeg } from './ffmpeg-sound.ts'
import { NO_LENGTH, NO_SOUND } from './no-sound.ts'
import { readFailure } from './sound-failure.ts'

const PROGRAM = fileURLToPath(new URL('sound-process.ts', import.meta.url))
/** Megabytes of heap of the decoding process: it holds some packets. */
const HEAP_MIB = 192

/**
 * The sound of a file as one channel of `SAMPLE_RATE`, no faster than it is taken: by the `ffmpeg` on PATH, which takes a
 * fifth of the processor; where there is none, and where it does not read the file or stops in the middle, by the embedded
 * decoder, in a process of its own. Throws `Unsupported`, `Corrupt`, `Timeout`; what was handed out before is good.
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
  // The embedded decoder ends where ffmpeg stopped: what comes behind is missing.
  if (taken > 0 && !isMore) throw failure
}

/** What comes after some samples. */
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

/** Whether another decoder would say the same. */
function isCertain(err: unknown): boolean {
  return err instanceof CoreError && (err.message === NO_SOUND || err.message === NO_LENGTH)
}

/** What is said where neither decoder reads it. ffmpeg knows more files, where it was there and did not fall over itself. */
function whyNot(byFfmpeg: unknown, err: unknown): unknown {
  const isFfmpegs = byFfmpeg instanceof CoreError && byFfmpeg.code !== 'Unavailable'
  if (isFfmpegs && !isCertain(err)) return byFfmpeg
  if (byFfmpeg !== null || !(err instanceof CoreError) || err.code !== 'Unsupported' || isCertain(err)) return err
  return new CoreError('Unsupported', `${err.message}; ffmpeg on PATH would read it`, { cause: err })
}

/** Programs print in pieces that may end between the two bytes of a sample. */
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
