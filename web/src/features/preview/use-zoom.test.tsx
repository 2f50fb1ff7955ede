// @vitest-environment happy-dom
import { show } from '../../../testing/page.tsx'
import { act, createEvent, fireEvent, screen } from '@testing-library/react'
import { useState } from 'react'
import { expect, test } from 'vitest'
import type { Box } from './sidecar-texts.ts'
import { useZoom, type Zoom } from './use-zoom.ts'

const picture = { width: 2_000, height: 1_000 }
const frame = { width: 1_000, height: 500 }
/** All of the picture: half as large as it is. */
const fitted = { scale: 0.5, x: 0, y: 0 }

interface Zoomed {
  readonly stage: HTMLElement
  /** As the picture lies now. */
  readonly now: () => Zoom
}

/** A frame with a picture in it, and a word on the picture. */
async function showZoom(box?: Box): Promise<Zoomed> {
  let latest: Zoom | undefined
  function Stage() {
    const [element, setElement] = useState<HTMLElement | null>(null)
    const zoom = useZoom({ picture, frame, element, box })
    latest = zoom
    return (
      <div ref={setElement} data-testid="stage" {...zoom.pointer}>
        <span data-word>word</span>
      </div>
    )
  }
  await show(<Stage />)
  return { stage: screen.getByTestId('stage'), now: () => latest! }
}

const finger = (pointerId: number, clientX: number, clientY: number) => ({ pointerId, clientX, clientY, button: 0 })

test('at first all of the picture is seen', async () => {
  const { now } = await showZoom()
  expect(now().placement).toEqual(fitted)
  expect(now().isFitted).toBe(true)
})

test('a part that a search has found is looked at first, and all of it at a key', async () => {
  const { now } = await showZoom([0.5, 0.5, 0.1, 0.1])
  expect(now().isFitted).toBe(false)
  expect(now().placement.scale).toBeGreaterThan(1)
  act(() => now().fit())
  expect(now().placement).toEqual(fitted)
})

test('buttons zoom about the middle, and no further out than all of the picture', async () => {
  const { now } = await showZoom()
  act(() => now().by(2))
  expect(now().placement).toEqual({ scale: 1, x: -500, y: -250 })
  act(() => now().by(0.01))
  expect(now().placement).toEqual(fitted)
})

const wheels = [
  { mode: 'pixels', deltaMode: WheelEvent.DOM_DELTA_PIXEL, deltaY: -160 },
  { mode: 'lines', deltaMode: WheelEvent.DOM_DELTA_LINE, deltaY: -10 },
]

test.for(wheels)('a wheel that counts in $mode zooms about the pointer', async ({ deltaMode, deltaY }) => {
  const { now, stage } = await showZoom()
  // The wheel of happy-dom has no place.
  const event = Object.assign(createEvent.wheel(stage, { deltaY, deltaMode }), { clientX: 250, clientY: 100 })
  fireEvent(stage, event)
  const { scale, x, y } = now().placement
  expect(scale).toBeCloseTo(0.5 * Math.exp(160 * 0.0022))
  expect({ x: (250 - x) / scale, y: (100 - y) / scale }).toEqual({
    x: expect.closeTo(500),
    y: expect.closeTo(200),
  })
  // The page must not scroll as well.
  expect(event.defaultPrevented).toBe(true)
})

test('a pointer moves the picture, and no further than its edge', async () => {
  const { now, stage } = await showZoom()
  act(() => now().by(4))
  const { x, y } = now().placement
  fireEvent.pointerDown(stage, finger(1, 100, 100))
  fireEvent.pointerMove(stage, finger(1, 130, 80))
  expect(now().placement).toEqual({ scale: 2, x: x + 30, y: y - 20 })
  fireEvent.pointerMove(stage, finger(1, 9_000, 9_000))
  expect(now().placement).toEqual({ scale: 2, x: 0, y: 0 })
})

test.for(['pointerUp', 'pointerCancel'] as const)('after %s a pointer moves nothing', async (end) => {
  const { now, stage } = await showZoom()
  act(() => now().by(4))
  const before = now().placement
  fireEvent.pointerDown(stage, finger(1, 100, 100))
  fireEvent[end](stage, finger(1, 100, 100))
  fireEvent.pointerMove(stage, finger(1, 300, 300))
  expect(now().placement).toEqual(before)
})

test('a pointer that is not pressed, another button, and a press on a word move nothing', async () => {
  const { now, stage } = await showZoom()
  act(() => now().by(4))
  const before = now().placement
  fireEvent.pointerMove(stage, finger(1, 300, 300))
  fireEvent.pointerDown(stage, { ...finger(2, 100, 100), button: 2 })
  fireEvent.pointerMove(stage, finger(2, 300, 300))
  fireEvent.pointerDown(screen.getByText('word'), finger(3, 100, 100))
  fireEvent.pointerMove(stage, finger(3, 300, 300))
  expect(now().placement).toEqual(before)
})

test('two fingers zoom about the point between them', async () => {
  const { now, stage } = await showZoom()
  fireEvent.pointerDown(stage, finger(1, 400, 200))
  fireEvent.pointerDown(stage, finger(2, 500, 200))
  fireEvent.pointerMove(stage, finger(2, 600, 200))
  const { scale, x, y } = now().placement
  expect(scale).toBe(1)
  expect({ x: (500 - x) / scale, y: (200 - y) / scale }).toEqual({ x: 1_000, y: 400 })
  // The finger that stays goes on alone.
  fireEvent.pointerUp(stage, finger(1, 400, 200))
  fireEvent.pointerMove(stage, finger(2, 590, 200))
  expect(now().placement).toEqual({ scale: 1, x: x - 10, y })
})

test('a double click goes to the pixels of the picture below it, and back to all of it', async () => {
  const { now } = await showZoom()
  act(() => now().toggle({ x: 250, y: 100 }))
  const { scale, x, y } = now().placement
  expect({ scale, x: 250 - x, y: 100 - y }).toEqual({ scale: 1, x: 500, y: 200 })
  act(() => now().toggle({ x: 0, y: 0 }))
  expect(now().placement).toEqual(fitted)
})
