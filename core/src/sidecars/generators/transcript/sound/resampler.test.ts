import { expect, test } from 'vitest'
import { joined, tone } from '../test/sounds.ts'
import { Resampler } from './resampler.ts'

/** All of a sound, handed over in blocks of odd lengths. */
function resample(sound: Float32Array, from: number, to = 16_000): Float32Array {
  const resampler = new Resampler(from, to)
  const parts: Float32Array[] = []
  for (let at = 0, length = 1; at < sound.length; at += length, length = (length * 7 + 3) % 1_500)
    parts.push(resampler.push(sound.subarray(at, at + length)))
  return joined(...parts, resampler.end())
}

function loudness(sound: Float32Array): number {
  return Math.sqrt(sound.reduce((sum, value) => sum + value * value, 0) / sound.length)
}

test.each([8_000, 11_025, 22_050, 32_000, 44_100, 48_000, 96_000, 16_001])(
  'a tone at %i Hz is the same tone, at the same time',
  (rate) => {
    const sound = resample(tone(1, { hertz: 1_000, rate }), rate)
    const wanted = tone(1, { hertz: 1_000 })
    expect(Math.abs(sound.length - wanted.length)).toBeLessThan(3)
    // Where it begins and ends there is silence beside it.
    const middle = sound.subarray(1_000, 15_000)
    const difference = middle.map((value, i) => value - wanted[i + 1_000]!)
    expect(loudness(difference) / loudness(wanted)).toBeLessThan(0.003)
  },
)

test('what the lower rate cannot hold is gone', () => {
  const sound = resample(tone(1, { hertz: 12_000, rate: 48_000 }), 48_000)
  expect(loudness(sound.subarray(1_000, 15_000))).toBeLessThan(0.0003)
})
