import type { Engine } from './generators/generator.ts'
import { list, object, optional, parseObject, part, text } from './loose-json.ts'

/** A sentence, or what an engine takes for one. */
export interface TranscriptSegment {
  /** Milliseconds from the start of the recording. */
  readonly startMs: number
  readonly endMs: number
  readonly text: string
  /** How sure the engine is, 0 to 1, where it says so. */
  readonly confidence?: number
  /** Where it is not that of the whole. */
  readonly language?: string
}

/** What the sidecar `transcript/default.json` holds. */
export interface Transcript {
  readonly version: 1
  readonly engine: Engine
  /** What the engine heard with: the name of a file, a folder, or what a server calls it. */
  readonly model: string
  /** The code of the language most of it is in, such as `en`; null where nothing was said or the engine does not tell. */
  readonly language: string | null
  /** Of the recording. */
  readonly durationMs: number
  /** In the order of time; none where nothing is said. */
  readonly segments: readonly TranscriptSegment[]
  /** 0 to 1, of the whole; where the engine says so. */
  readonly confidence?: number
  /** It goes on: the file is damaged from there on, or it took too long. */
  readonly truncated?: boolean
}

/** One of another version is not read: it is made again. */
const VERSION = 1

export function formatTranscript(transcript: Omit<Transcript, 'version'>): string {
  return JSON.stringify({ version: VERSION, ...transcript })
}

/** Reads the file of a sidecar, leaving out what is not as it should be; null where it is none, or of another version. */
export function parseTranscript(json: string): Transcript | null {
  const value = parseObject(json)
  if (!value || value['version'] !== VERSION || !Array.isArray(value['segments'])) return null
  const engine = object(value['engine'])
  return {
    version: VERSION,
    engine: { name: text(engine?.['name']) ?? '', version: text(engine?.['version']) ?? '' },
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
