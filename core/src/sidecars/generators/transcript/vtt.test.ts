import { expect, test } from 'vitest'
import { formatVtt } from './vtt.ts'

test('segments are cues, whatever is said in them', () => {
  const segments = [
    { startMs: 0, endMs: 1_500, text: 'Hello\n\nthere' },
    { startMs: 3_723_045, endMs: 3_725_000, text: '1 < 2 --> & so on' },
  ]
  expect(formatVtt({ language: 'en', segments })).toBe(`WEBVTT
Language: en

00:00:00.000 --> 00:00:01.500
Hello there

01:02:03.045 --> 01:02:05.000
1 &lt; 2 --&gt; &amp; so on
`)
  expect(formatVtt({ language: null, segments: [] })).toBe('WEBVTT\n')
})
