import type { ContentFacts, KindOfSidecar } from '../generator.ts'
import type { TranscriptSettings } from './choose-engine.ts'
import { detectSpeechEngines, whyNoTranscripts } from './detect.ts'
import { DEADLINE_MS, DECODER_SILENCE_MS, LEAST_BYTES_A_SECOND, PIECE_BASE_MS, PIECE_TIMES } from './limits.ts'

/** Makes transcripts of sound and video, with times: for search, and as subtitles. */
export function makeTranscripts(settings: TranscriptSettings): KindOfSidecar {
  return {
    ...transcripts,
    settings,
    unavailable: () => whyNoTranscripts(settings),
    detect: () => detectSpeechEngines(settings),
  }
}

/** Audio formats without recorded sound: they contain notes, or lists of other files. */
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

/**
 * Enough time, in milliseconds, for the longest recording that a file of this size can contain. Each step of the work
 * also has its own limit.
 */
function deadlineOf({ size }: ContentFacts): number {
  const longestMs = (size / LEAST_BYTES_A_SECOND) * 1_000
  return Math.min(DEADLINE_MS, DECODER_SILENCE_MS + 2 * PIECE_BASE_MS + PIECE_TIMES * longestMs)
}

const transcripts: KindOfSidecar = {
  kind: 'transcript',
  number: 2,
  folder: 'transcript',
  label: 'Transcripts',
  phase: 'Listening to speech',
  usual: { desktop: 'on', mobile: 'off' },
  priority: 40,
  search: 'text',
  preview: 'lines',
  origin: 'generated',
  recipe: 1,
  deadlineMs: deadlineOf,
  // No limit: a file is decoded in pieces while it is transcribed, so its size does not matter.
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
