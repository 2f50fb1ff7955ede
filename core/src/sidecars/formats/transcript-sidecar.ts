import type { Engine } from '../generators/generator.ts'
import { engine, list, object, optional, parseSidecar, part, text } from './loose-json.ts'

/** A sentence, or the unit that the engine uses instead. */
export interface TranscriptSegment {
  /** Milliseconds from the start of the recording. */
  readonly startMs: number
  readonly endMs: number
  readonly text: string
  /** The confidence of the engine, 0 to 1, if it reports one. */
  readonly confidence?: number
  /** Only if it differs from the language of the recording. */
  readonly language?: string
}

/** The content of the sidecar `transcript/default.json`. */
export interface Transcript {
  readonly version: 1
  readonly engine: Engine
  /** The engine's model: the name of a file or folder, or the server's name for it. */
  readonly model: string
  /** The code of the main language, such as `en`; null if nothing is said or the engine does not report it. */
  readonly language: string | null
  /** The length of the recording. */
  readonly durationMs: number
  /** In order of time; empty if nothing is said. */
  readonly segments: readonly TranscriptSegment[]
  /** Confidence from 0 to 1 for the whole recording, if the engine reports it. */
  readonly confidence?: number
  /** The transcript ends before the recording does: the rest is damaged, or took too long. */
  readonly truncated?: boolean
}

/** Sidecars of another version are not read. They must be made again. */
const VERSION = 1

export function formatTranscript(transcript: Omit<Transcript, 'version'>): string {
  return JSON.stringify({ version: VERSION, ...transcript })
}

/** Parses a sidecar file and leaves out its invalid parts. Null if it is not a sidecar or is of another version. */
export function parseTranscript(json: string): Transcript | null {
  const value = parseSidecar(json, { version: VERSION, list: 'segments' })
  if (!value) return null
  return {
    version: VERSION,
    engine: engine(value['engine']),
    model: text(value['model']) ?? '',
    language: text(value['language']),
    durationMs: time(value['durationMs']) ?? 0,
    segments: list(value['segments'], segment).toSorted((a, b) => a.startMs - b.startMs),
    ...optional('confidence', part(value['confidence'])),
    ...optional('truncated', value['truncated'] === true ? true : null),
  }
}

function segment(value: unknown): TranscriptSegment | null {
  const { startMs, endMs, text: said, confidence, language } = object(value) ?? {}
  const [start, end, words] = [time(startMs), time(endMs), text(said)]
  if (start === null || end === null || end < start || words === null) return null
  return {
    startMs: start,
    endMs: end,
    text: words,
    ...optional('confidence', part(confidence)),
    ...optional('language', text(language)),
  }
}

function time(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
}
