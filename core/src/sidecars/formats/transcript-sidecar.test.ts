import { expect, test } from 'vitest'
import { formatTranscript, parseTranscript } from './transcript-sidecar.ts'

const transcript = {
  engine: { name: 'ear', version: '1.2' },
  model: 'base',
  language: 'en',
  durationMs: 9_000,
  confidence: 0.8,
  truncated: true,
  segments: [
    { startMs: 0, endMs: 2_000, text: 'Hello', confidence: 0.9 },
    { startMs: 2_500, endMs: 4_000, text: 'Guten Tag', language: 'de' },
  ],
} as const

test('what is written is read again', () => {
  expect(parseTranscript(formatTranscript(transcript))).toEqual({ version: 1, ...transcript })
})

test.each(['', 'null', '[]', '{"version":2,"segments":[]}', '{"version":1}', '{"version":1,"segments":'])(
  'none is read of %j',
  (json) => expect(parseTranscript(json)).toBeNull(),
)

test('what is not as it should be is left out, and the rest is read in the order of time', () => {
  const odd = {
    version: 1,
    language: 7,
    durationMs: -1,
    confidence: 2,
    segments: [
      null,
      { startMs: 5, endMs: 4, text: 'backwards' },
      { startMs: 'soon', endMs: 4, text: 'no time' },
      { startMs: 3, endMs: 4 },
      { startMs: 3, endMs: 4, text: 'b', confidence: 'high' },
      { startMs: 1, endMs: 2, text: 'a' },
    ],
  }
  expect(parseTranscript(JSON.stringify(odd))).toEqual({
    version: 1,
    engine: { name: '', version: '' },
    model: '',
    language: null,
    durationMs: 0,
    segments: [
      { startMs: 1, endMs: 2, text: 'a' },
      { startMs: 3, endMs: 4, text: 'b' },
    ],
  })
})
