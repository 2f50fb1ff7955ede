import { readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { CoreError } from '../../../../util/errors.ts'
import { list, object, parseObject, part, text } from '../../../formats/loose-json.ts'
import { programsMs } from '../../../../workers/index.ts'
import { collectProgram } from '../../stream-program.ts'
import { MAX_PIECE_MS, SAMPLE_RATE } from '../limits.ts'
import { wavOf } from '../sound/wav.ts'
import type { Heard, HeardSegment, ListenOptions, SpeechEngine } from './engine.ts'
import { languageCode } from './languages.ts'

/** The number of threads that whisper.cpp uses on this machine. */
const THREADS = Math.min(4, availableParallelism())
/** Limit on the processor time for printing its version, which is done at once. A program without the option prints none. */
const ANSWER_MS = 10_000
/** Limit on the printed output. The transcript itself is in a file. */
const MAX_PRINTED_BYTES = 16 * 2 ** 20
/** Shorter recordings are padded with silence, because whisper.cpp ignores recordings of less than a second. */
const MIN_SAMPLES = Math.round(1.1 * SAMPLE_RATE)
/** The text that whisper.cpp writes for silence. */
const NOTHING_HEARD = '[BLANK_AUDIO]'

/** Opens the `whisper-cli` of whisper.cpp at a path, with a model in its own format. */
export async function openWhisper(program: string, model: string): Promise<SpeechEngine> {
  const asked = {
    program,
    name: 'whisper-cli',
    args: ['--version'],
    deadlineMs: ANSWER_MS,
    maxBytes: MAX_PRINTED_BYTES,
  }
  const said = await collectProgram(asked).catch(() => '')
  const version = /version:?\s+v?(\d\S*)/.exec(said.toString())?.[1] ?? ''
  return {
    name: 'whisper-cli',
    version,
    model: basename(model)
      .replace(/^ggml-/, '')
      .replace(/\.bin$/, ''),
    maxPieceMs: MAX_PIECE_MS,
    listen: (samples, options) => listen({ program, model }, samples, options),
    async [Symbol.asyncDispose]() {
      // Nothing to close, because each program ends by itself.
    },
  }
}

async function listen(
  { program, model }: { program: string; model: string },
  samples: Int16Array,
  { deadlineMs, folder, language }: ListenOptions,
): Promise<Heard> {
  const [sound, heard] = [join(folder, 'sound.wav'), join(folder, 'heard')]
  await writeFile(sound, wavOf(padded(samples)))
  const output = ['--output-json-full', '--output-file', heard, '--no-prints']
  const args = ['--model', model, '--language', language ?? 'auto', ...output, '--file', sound]
  const before = programsMs()
  const run = { program, name: 'whisper-cli', args, threads: THREADS, deadlineMs, maxBytes: MAX_PRINTED_BYTES }
  await collectProgram(run)
  const workedMs = process.platform === 'linux' ? (programsMs() - before) / THREADS : null
  const json = await readFile(`${heard}.json`, 'utf8').catch((cause: unknown) => {
    throw new CoreError('Unavailable', `whisper-cli could not use ${model}; check that the model file is complete`, {
      cause,
    })
  })
  return { ...parseHeard(json), workedMs }
}

function padded(samples: Int16Array): Int16Array {
  if (samples.length >= MIN_SAMPLES) return samples
  const longer = new Int16Array(MIN_SAMPLES)
  longer.set(samples)
  return longer
}

function parseHeard(json: string): Omit<Heard, 'workedMs'> {
  const value = parseObject(json)
  if (!value) throw new CoreError('Unavailable', 'whisper-cli wrote invalid JSON')
  const language = text(object(value['result'])?.['language'])
  return { language: language && languageCode(language), segments: list(value['transcription'], segment) }
}

function segment(value: unknown): HeardSegment | null {
  const { offsets, text: said, tokens } = object(value) ?? {}
  const { from, to } = object(offsets) ?? {}
  const words = text(said)
  if (typeof from !== 'number' || typeof to !== 'number' || words === null || words.trim() === NOTHING_HEARD)
    return null
  const sure = list(tokens, confidence)
  const sum = sure.reduce((each, p) => each + p, 0)
  return { startMs: from, endMs: to, text: words, ...(sure.length > 0 && { confidence: sum / sure.length }) }
}

/** The confidence of a token; null for markers such as `[_BEG_]`, which stand for times. */
function confidence(token: unknown): number | null {
  const { text: written, p } = object(token) ?? {}
  return text(written)?.startsWith('[_') ? null : part(p)
}
