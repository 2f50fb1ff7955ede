import { expect, test } from 'vitest'
import { peaksOf } from './waveform-peaks.ts'

test('each part has its loudest sample of all channels, relative to the loudest part', () => {
  const left = Float32Array.of(0.1, -0.5, 0.25, 0, 0, 0)
  const right = Float32Array.of(0, 0, 0, -0.125, 0, 0)
  expect(peaksOf([left, right], 3)).toEqual([1, 0.5, 0])
})

test('silence, and a sound that is shorter than the picture, have a value for each part', () => {
  expect(peaksOf([new Float32Array(100)], 4)).toEqual([0, 0, 0, 0])
  expect(peaksOf([Float32Array.of(0.5)], 4)).toEqual([0, 0, 0, 1])
  expect(peaksOf([], 2)).toEqual([0, 0])
})
