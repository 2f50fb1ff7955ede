import { mkdir, rm } from 'node:fs/promises'
import { CoreError } from '../../../util/errors.ts'
import type { Transcript, TranscriptSegment } from '../../formats/transcript-sidecar.ts'
import type { Heard, SpeechEngine } from './engines/engine.ts'
import { HeardSoFar, type HeardPiece } from './heard-so-far.ts'
import { PIECE_BASE_MS, PIECE_TIMES, SAMPLE_RATE } from './limits.ts'
import { cutAtSilence, type Piece } from './sound/cut-at-silence.ts'
import { readSound } from './sound/read-sound.ts'

export interface TranscribeOptions {
  /** The code of the spoken language; null if the engine detects it. */
  readonly language: string | null
  /** Limit on the work of the engine; see `Heard.workedMs`. */
  readonly budgetMs: number
  /** A folder for the engine's files, created and removed for each piece. */
  readonly folder: string
  /** The file with the partial transcript, which an interrupted run continues. */
  readonly part: string
}

/**
 * Transcribes a recording. If the sound is damaged in the middle, or time runs out, the transcript is marked as
 * truncated. Throws `Unsupported`, `Corrupt` if no sound can be decoded, and errors of the engine.
 */
export async function transcribe(
  path: string,
  engine: SpeechEngine,
  { budgetMs, folder, language, part }: TranscribeOptions,
): Promise<Omit<Transcript, 'version'>> {
  let workedMs = 0
  const sound = new CountedSound(readSound(path))
  const soFar = await HeardSoFar.open(part, engine, language)
  const pieces: HeardPiece[] = []
  let isLate = false
  for await (const piece of oneAhead(cutAtSilence(sound, engine.maxPieceMs))) {
    if (workedMs > budgetMs) {
      isLate = true
      break
    }
    const lengthMs = (piece.samples.length * 1_000) / SAMPLE_RATE
    const known = soFar.take(lengthMs)
    if (known) {
      pieces.push(known)
      continue
    }
    const begun = performance.now()
    const heard = await hear(piece, engine, { language, folder })
    workedMs += heard.workedMs ?? performance.now() - begun
    await soFar.add(lengthMs, heard)
    pieces.push(heard)
  }
  const { name, version, model } = engine
  return {
    engine: { name, version },
    model,
    ...summed(pieces, language),
    durationMs: sound.durationMs,
    ...((isLate || sound.isDamaged) && { truncated: true }),
  }
}

/** Yields the items. While the caller uses an item, the next one is prepared. */
async function* oneAhead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    for (let next = items.next(); ;) {
      const { done, value } = await next
      if (done) return
      next = items.next()
      // If this fails, the caller may have stopped iterating.
      next.catch(() => {})
      yield value
    }
  } finally {
    await items.return(undefined)
  }
}

async function hear(
  { samples, startMs }: Piece,
  engine: SpeechEngine,
  { folder, language }: { language: string | null; folder: string },
): Promise<HeardPiece & Pick<Heard, 'workedMs'>> {
  const lengthMs = (samples.length * 1_000) / SAMPLE_RATE
  const deadlineMs = Math.ceil(PIECE_BASE_MS + PIECE_TIMES * lengthMs)
  await mkdir(folder, { recursive: true })
  try {
    const heard = await engine.listen(samples, { language, deadlineMs, folder })
    return { language: heard.language, segments: placed(heard, startMs, lengthMs), workedMs: heard.workedMs }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The segments with text, with times from the start of the recording and within the piece. */
function placed({ segments }: Heard, pieceMs: number, lengthMs: number): TranscriptSegment[] {
  const within = (ms: number) => Math.round(pieceMs + Math.min(Math.max(0, ms), lengthMs))
  return segments
    .map(({ startMs, endMs, text, confidence }) => ({
      startMs: within(startMs),
      endMs: within(Math.max(startMs, endMs)),
      text: text.trim(),
      ...(confidence !== undefined && { confidence: rounded(confidence) }),
    }))
    .filter(({ text }) => text !== '')
    .toSorted((a, b) => a.startMs - b.startMs)
}

/**
 * Joins the pieces. The transcript's language is the one that is spoken longest; segments in another language state
 * theirs.
 */
function summed(pieces: readonly HeardPiece[], asked: string | null) {
  const spoken = new Map<string, number>()
  for (const { language, segments } of pieces)
    if (language !== null) spoken.set(language, (spoken.get(language) ?? 0) + weight(segments))
  const language = [...spoken].toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? asked
  const segments = pieces.flatMap((piece) =>
    piece.language === null || piece.language === language
      ? piece.segments
      : piece.segments.map((segment) => ({ ...segment, language: piece.language! })),
  )
  const sure = segments.filter(({ confidence }) => confidence !== undefined)
  const confidence = sure.reduce((sum, each) => sum + each.confidence! * weight([each]), 0) / weight(sure)
  return {
    language: segments.length > 0 ? language : null,
    segments,
    ...(sure.length > 0 && { confidence: rounded(confidence) }),
  }
}

/** The weight of segments: their length in milliseconds, plus one for each segment. */
function weight(segments: readonly TranscriptSegment[]): number {
  return segments.reduce((sum, { startMs, endMs }) => sum + endMs - startMs + 1, 0)
}

function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000
}

/** Sound that counts its samples. If a block is damaged, the sound ends there; the samples before it are valid. */
class CountedSound implements AsyncIterable<Int16Array> {
  readonly #blocks: AsyncIterable<Int16Array>
  #samples = 0
  isDamaged = false

  constructor(blocks: AsyncIterable<Int16Array>) {
    this.#blocks = blocks
  }

  get durationMs(): number {
    return Math.round((this.#samples * 1_000) / SAMPLE_RATE)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Int16Array> {
    try {
      for await (const block of this.#blocks) {
        this.#samples += block.length
        yield block
      }
    } catch (err) {
      if (this.#samples === 0 || !(err instanceof CoreError)) throw err
      this.isDamaged = true
    }
  }
}
