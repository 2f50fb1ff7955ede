import { expect, test } from 'vitest'
import { boxText, cellFor, coordinatesText, MAX_ZOOM, movedView, zoomedView } from './map-view.ts'

const size = { width: 960, height: 480 }
const whole = { x: 480, y: 240, zoom: 1 }

test('the map is zoomed about its middle, within limits, and never shows what is beyond its edge', () => {
  expect(zoomedView(whole, 2, size)).toEqual({ x: 480, y: 240, zoom: 2 })
  expect(zoomedView(whole, 1_000, size).zoom).toBe(MAX_ZOOM)
  expect(zoomedView({ x: 900, y: 30, zoom: 8 }, 0.01, size)).toEqual(whole)
  expect(movedView({ x: 480, y: 240, zoom: 2 }, { x: 1_000, y: -1_000 }, size)).toEqual({ x: 720, y: 120, zoom: 2 })
  expect(movedView(whole, { x: 50, y: 50 }, size)).toEqual(whole)
})

test.each([
  [1, 10],
  [2, 5],
  [9, 1],
  [60, 0.1],
  [1_000, 0.05],
])('at zoom %d a circle stands for a cell of %d degrees', (zoom, cell) => {
  expect(cellFor(zoom)).toBe(cell)
})

test('a box is written as the daemon takes it', () => {
  expect(boxText({ south: 41, west: 0.1 + 0.2, north: 42, east: -179.5 })).toBe('41,0.3,42,-179.5')
})

test('coordinates are told with their directions', () => {
  const directions = { north: 'N', south: 'S', east: 'E', west: 'W' }
  expect(coordinatesText({ latitude: 41.85, longitude: -12.55 }, directions, 'en')).toBe('41.9° N, 12.6° W')
  expect(coordinatesText({ latitude: -41, longitude: 12 }, { ...directions, east: 'O' }, 'de')).toBe('41,0° S, 12,0° O')
})
