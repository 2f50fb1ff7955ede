import { expect, test } from 'vitest'
import { fitted, framing, settled, turnedBox, turnedSize, zoomed } from './view-box.ts'

const picture = { width: 2000, height: 1000 }
const frame = { width: 1000, height: 1000 }

test('a picture fits its frame, and a small one keeps its size', () => {
  expect(fitted(picture, frame)).toEqual({ scale: 0.5, x: 0, y: 250 })
  expect(fitted({ width: 100, height: 50 }, frame)).toEqual({ scale: 1, x: 450, y: 475 })
})

test('what lies under the pointer stays there while it is zoomed', () => {
  const before = zoomed(fitted(picture, frame), 4, { x: 500, y: 500 }, [picture, frame])
  expect(before).toEqual({ scale: 2, x: -1500, y: -500 })
  const after = zoomed(before, 1.5, { x: 200, y: 700 }, [picture, frame])
  expect((200 - after.x) / after.scale).toBeCloseTo((200 - before.x) / before.scale)
  expect((700 - after.y) / after.scale).toBeCloseTo((700 - before.y) / before.scale)
})

test('zooming ends at all of the picture and at eight times its pixels', () => {
  const all = fitted(picture, frame)
  expect(zoomed(all, 0.1, { x: 0, y: 0 }, [picture, frame])).toEqual(all)
  expect(zoomed(all, 1000, { x: 0, y: 0 }, [picture, frame]).scale).toBe(8)
})

test('a picture that is moved leaves no gap', () => {
  expect(settled({ scale: 1, x: 300, y: -40 }, picture, frame)).toEqual({ scale: 1, x: 0, y: 0 })
  expect(settled({ scale: 1, x: -4000, y: 0 }, picture, frame)).toEqual({ scale: 1, x: -1000, y: 0 })
})

test('a part of the picture is brought to the middle of the frame', () => {
  const { scale, x, y } = framing([0.5, 0.4, 0.1, 0.02], picture, frame)
  expect(scale).toBe(2)
  expect(x + 0.55 * picture.width * scale).toBeCloseTo(500)
  expect(y + 0.41 * picture.height * scale).toBeCloseTo(500)
})

test.each([
  [0, { width: 30, height: 20 }, [0.1, 0.2, 0.3, 0.4]],
  [1, { width: 20, height: 30 }, [0.4, 0.1, 0.4, 0.3]],
  [2, { width: 30, height: 20 }, [0.6, 0.4, 0.3, 0.4]],
  [3, { width: 20, height: 30 }, [0.2, 0.6, 0.4, 0.3]],
] as const)('after %i quarters of a turn, size and parts of a picture are turned too', (turn, size, box) => {
  expect(turnedSize({ width: 30, height: 20 }, turn)).toEqual(size)
  for (const [i, value] of turnedBox([0.1, 0.2, 0.3, 0.4], turn).entries()) expect(value).toBeCloseTo(box[i]!)
})
