import type { ContentFacts, Generator } from '../generator.ts'
import type { TranscriptSettings } from './choose-engine.ts'
import { detectSpeechEngines, whyNoTranscripts } from './detect.ts'
import { DEADLINE_MS, DECODER_SILENCE_MS, LEAST_BYTES_A_SECOND, PIECE_BASE_MS, PIECE_TIMES } from './limits.ts'

/** What is said in sound and video, with times: for search, and as subtitles. */
export function makeTranscripts(settings: TranscriptSettings): Generator {
  return {
    ...transcripts,
    settings,
    unavailable: () => whyNoTranscripts(settings),
    detect: () => detectSpeechEngines(settings),
  }
}

/** Sound that is notes, or a list of other files. */
const NO_SPEECH = new Set([
  'audio/midi',
  'audio/x-it',
  'audio/x-mod',
  'audio/x-mpegurl',
  'audio/x-s3m',
  'audio/x-scpls',
  'audio/x-sfbk',
  'audio/x-xm',
])

/** As long as a recording of that size can be, at the slowest; each step of the work has a limit of its own. */
function deadlineOf({ size }: ContentFacts): number {
  const longestMs = (size / LEAST_BYTES_A_SECOND) * 1_000
  return Math.min(DEADLINE_MS, DECODER_SILENCE_MS + 2 * PIECE_BASE_MS + PIECE_TIMES * longestMs)
}

const transcripts: Generator = {
  kind: 'transcript',
  recipe: 1,
  priority: 40,
  deadlineMs: deadlineOf,
  // It is read as it is heard, however large it is.
  maxBytes: Number.MAX_SAFE_INTEGER,
  variants: ['default'],
  outputs: [
    { variant: 'default', format: 'json' },
    { variant: 'default', format: 'vtt' },
  ],
  module: new URL('make.ts', import.meta.url),
  types: ['audio', 'video'],
  accepts: ({ mime, size }: ContentFacts) => size > 0 && !(mime !== null && NO_SPEECH.has(mime)),
  pool: () => 'ml',
}
