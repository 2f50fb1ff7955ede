import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { collect, joined, pcm, silence, tone } from '../test/sounds.ts'
import { cutAtSilence, type Piece } from './cut-at-silence.ts'

async function* blocksOf(samples: Int16Array, length = 4_001): AsyncGenerator<Int16Array> {
  for (let at = 0; at < samples.length; at += length) yield samples.subarray(at, at + length)
}

async function cut(samples: Int16Array, maxSeconds: number): Promise<Piece[]> {
  return collect(cutAtSilence(blocksOf(samples), maxSeconds * 1_000))
}

/** Start and end in seconds, to a tenth. */
function times(pieces: readonly Piece[]): [number, number][] {
  const tenths = (ms: number) => Math.round(ms / 100) / 10
  return pieces.map(({ startMs, samples }) => [tenths(startMs), tenths(startMs + samples.length / 16)])
}

test('silence of a short pause stays, of a long one does not', async () => {
  const sound = pcm(joined(silence(3), tone(2), silence(1), tone(2), silence(9), tone(1), silence(0.1)))
  expect(times(await cut(sound, 600))).toEqual([
    [2.7, 8.3],
    [16.7, 18.1],
  ])
})

test('a long piece is cut where it is quietest in its last part', async () => {
  const murmur = tone(0.6, { loudness: 0.02 })
  const sound = pcm(joined(tone(4), murmur, tone(3.6), murmur, tone(5)))
  const pieces = await cut(sound, 10)
  expect(times(pieces)).toEqual([
    [0, 8.4],
    [8.4, 13.8],
  ])
  expect(joined(...pieces.map(({ samples }) => Float32Array.from(samples)))).toEqual(Float32Array.from(sound))
})

test('in silence there is nothing to hear, in a quiet recording there is', async () => {
  expect(await cut(pcm(silence(30)), 10)).toEqual([])
  expect(await cut(pcm(joined(silence(2), tone(2, { loudness: 0.00005 }))), 10)).toEqual([])
  const quiet = { loudness: 0.002 }
  expect(times(await cut(pcm(joined(tone(2, quiet), silence(8), tone(2, quiet))), 10))).toEqual([
    [0, 2.3],
    [9.7, 12],
  ])
})

test('less than a moment of sound is a piece too', async () => {
  expect(times(await cut(pcm(tone(0.01)), 10))).toEqual([[0, 0]])
})

test('of whatever is said nothing is lost, nothing is twice, and no piece is too long', async () => {
  const part = fc.oneof(
    fc.record({ seconds: fc.double({ min: 0.05, max: 9, noNaN: true }), loudness: fc.constantFrom(0.01, 0.3, 0.9) }),
    fc.record({ seconds: fc.double({ min: 0.05, max: 9, noNaN: true }), loudness: fc.constant(0) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 6 }), fc.constantFrom(1, 3, 8), async (parts, maxSeconds) => {
      const sound = pcm(
        joined(new Float32Array(0), ...parts.map(({ seconds, loudness }) => tone(seconds, { loudness }))),
      )
      const left = Int16Array.from(sound)
      let end = 0
      for (const { startMs, samples } of await cut(sound, maxSeconds)) {
        const start = startMs * 16
        expect(start).toBeGreaterThanOrEqual(end)
        end = start + samples.length
        expect(samples.length).toBeLessThanOrEqual(maxSeconds * 16_000)
        expect(samples).toEqual(sound.slice(start, end))
        left.fill(0, start, end)
      }
      expect(left.every((sample) => sample === 0)).toBe(true)
    }),
    {
      numRuns: 60,
      examples: [
        [
          [
            { seconds: 8.99684375, loudness: 0.01 },
            { seconds: 0.24315625, loudness: 0.01 },
            { seconds: 0.15, loudness: 0 },
          ],
          1,
        ],
      ],
    },
  )
})
