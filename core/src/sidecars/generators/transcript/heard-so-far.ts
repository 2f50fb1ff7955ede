import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { formatTranscript, parseTranscript, type Transcript, type TranscriptSegment } from '../../transcript-sidecar.ts'
import type { SpeechEngine } from './engines/engine.ts'

/** What an engine says of a piece, in the time of the recording. */
export interface HeardPiece {
  readonly language: string | null
  readonly segments: readonly TranscriptSegment[]
}

type KeptPiece = Omit<Transcript, 'version'>

/**
 * What was heard so far of a recording, in a file that outlives the process: a line with what heard it, and a transcript for
 * each piece, in their order. A line that was not written to its end, and all behind it, is heard again.
 */
export class HeardSoFar {
  readonly #path: string
  readonly #engine: SpeechEngine
  /** What the file holds, or will with the next piece. */
  readonly #lines: string[]
  /** Heard before, and not come to yet. */
  #before: KeptPiece[]
  #isWritten = false

  private constructor(path: string, engine: SpeechEngine, lines: string[], before: KeptPiece[]) {
    this.#path = path
    this.#engine = engine
    this.#lines = lines
    this.#before = before
  }

  /** Nothing of what another engine or model has heard, or the same one asked for another language, is taken. */
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

  /** What was heard of the next piece, if it is as long as it was then; null where it is to be heard. */
  take(durationMs: number): HeardPiece | null {
    const piece = this.#before.shift()
    if (piece?.durationMs !== durationMs) {
      this.#before = []
      return null
    }
    this.#lines.push(formatTranscript(piece))
    return piece
  }

  /** Keeps what was heard of the piece that was asked for last. */
  async add(durationMs: number, { language, segments }: HeardPiece): Promise<void> {
    const { name, version, model } = this.#engine
    this.#lines.push(formatTranscript({ engine: { name, version }, model, language, durationMs, segments }))
    if (this.#isWritten) return appendFile(this.#path, `\n${this.#lines.at(-1)}`)
    await mkdir(dirname(this.#path), { recursive: true })
    await writeFile(this.#path, this.#lines.join('\n'))
    this.#isWritten = true
  }
}
