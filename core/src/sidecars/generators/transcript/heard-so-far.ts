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
 * The partial transcript of a recording, in a file that outlives the process: a line that identifies the engine and its
 * settings, then a transcript for each piece, in order. An incomplete line is ignored, and so are all lines after it;
 * their pieces are transcribed again.
 */
export class HeardSoFar {
  readonly #path: string
  readonly #engine: SpeechEngine
  /** The lines of the file; the last ones may not be written yet. */
  readonly #lines: string[]
  /** Pieces from an earlier run that have not been reached yet. */
  #before: KeptPiece[]
  #isWritten = false

  private constructor(path: string, engine: SpeechEngine, lines: string[], before: KeptPiece[]) {
    this.#path = path
    this.#engine = engine
    this.#lines = lines
    this.#before = before
  }

  /** Ignores the file if it is from another engine, model or language setting. */
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
   * The earlier transcript of the next piece, if the piece has the same length as then; null if it must be transcribed.
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

  /** Stores the transcript of the piece that `take` returned null for. */
  async add(durationMs: number, { language, segments }: HeardPiece): Promise<void> {
    const { name, version, model } = this.#engine
    this.#lines.push(formatTranscript({ engine: { name, version }, model, language, durationMs, segments }))
    if (this.#isWritten) return appendFile(this.#path, `\n${this.#lines.at(-1)}`)
    await mkdir(dirname(this.#path), { recursive: true })
    await writeFile(this.#path, this.#lines.join('\n'))
    this.#isWritten = true
  }
}
