import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  formatTranscript,
  parseTranscript,
  type Transcript,
  type TranscriptSegment,
} from '../../formats/transcript-sidecar.ts'
import type { SpeechEngine } from './engines/engine.ts'

/** The transcript of one piece, with times from the start of the recording. */
export interface HeardPiece {
  readonly language: string | null
  readonly segments: readonly TranscriptSegment[]
}

type KeptPiece = Omit<Transcript, 'version'>

/**
 * The partial transcript of a recording, stored in a file that outlives the process. Its first line identifies the
 * engine and its settings; then there is a transcript for each piece, in order. If a line is incomplete, it and all
 * later lines are ignored, and their pieces are transcribed again.
 */
export class HeardSoFar {
  readonly #path: string
  readonly #engine: SpeechEngine
  /** The lines of the file; the last ones may not be written yet. */
  readonly #lines: string[]
  /** Pieces that an earlier run has transcribed and that this run has not reached yet. */
  #before: KeptPiece[]
  #isWritten = false

  private constructor(path: string, engine: SpeechEngine, lines: string[], before: KeptPiece[]) {
    this.#path = path
    this.#engine = engine
    this.#lines = lines
    this.#before = before
  }

  /** Opens the record. Ignores a file that was made with another engine, model or language setting. */
  static async open(path: string, engine: SpeechEngine, language: string | null): Promise<HeardSoFar> {
    const { name, version, model, maxPieceMs } = engine
    const by = JSON.stringify({ name, version, model, maxPieceMs, language })
    const [head, ...lines] = (await readFile(path, 'utf8').catch(() => '')).split('\n')
    const before: KeptPiece[] = []
    for (const line of head === by ? lines : []) {
      const piece = parseTranscript(line)
      if (!piece) break
      before.push(piece)
    }
    return new HeardSoFar(path, engine, [by], before)
  }

  /**
   * The transcript of the next piece from an earlier run, if the piece still has the same length. Null if the piece
   * must be transcribed.
   */
  take(durationMs: number): HeardPiece | null {
    const piece = this.#before.shift()
    if (piece?.durationMs !== durationMs) {
      this.#before = []
      return null
    }
    this.#lines.push(formatTranscript(piece))
    return piece
  }

  /** Stores the transcript of the piece for which `take` returned null. */
  async add(durationMs: number, { language, segments }: HeardPiece): Promise<void> {
    const { name, version, model } = this.#engine
    this.#lines.push(formatTranscript({ engine: { name, version }, model, language, durationMs, segments }))
    if (this.#isWritten) return appendFile(this.#path, `\n${this.#lines.at(-1)}`)
    await mkdir(dirname(this.#path), { recursive: true })
    await writeFile(this.#path, this.#lines.join('\n'))
    this.#isWritten = true
  }
}
