import { rgbaToThumbHash, thumbHashToRGBA } from 'thumbhash'
import { expect, test } from 'vitest'
import { drawThumbhash } from './draw-thumbhash.ts'

/** A picture of two colours that run into each other. */
function hashOf(width: number, height: number, alpha: (x: number) => number): Uint8Array {
  const rgba = new Uint8Array(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    const x = (i % width) / width
    const y = Math.floor(i / width) / height
    rgba.set([255 * x, 40 + 150 * y, 255 * (1 - x), 255 * alpha(x)], i * 4)
  }
  return rgbaToThumbHash(width, height, rgba)
}

/** The largest difference to the mean of the four pixels that the library draws for one. */
function farthest(hash: Uint8Array): number {
  const theirs = thumbHashToRGBA(hash)
  const ours = drawThumbhash(hash)
  expect([ours.width, ours.height]).toEqual([Math.round(theirs.w / 2), Math.round(theirs.h / 2)])
  const at = (x: number, y: number, channel: number) => theirs.rgba[(y * theirs.w + x) * 4 + channel]!
  const differences = Array.from(ours.rgba, (value, i) => {
    const channel = i % 4
    const [x, y] = [2 * (Math.floor(i / 4) % ours.width), 2 * Math.floor(i / 4 / ours.width)]
    const mean = (at(x, y, channel) + at(x + 1, y, channel) + at(x, y + 1, channel) + at(x + 1, y + 1, channel)) / 4
    return Math.abs(mean - value)
  })
  return Math.max(...differences)
}

/** Of 255. */
const TOLERANCE = 6

test('it looks as the library draws it, half as large', () => {
  expect(farthest(hashOf(64, 64, () => 1))).toBeLessThan(TOLERANCE)
  expect(farthest(hashOf(64, 64, (x) => x))).toBeLessThan(TOLERANCE)
})

test('a hash that ends early is drawn as well', () => {
  expect(drawThumbhash(hashOf(64, 64, () => 1).subarray(0, 6)).rgba.length).toBe(16 * 16 * 4)
  expect(drawThumbhash(new Uint8Array(0)).rgba.length).toBeGreaterThan(0)
})
