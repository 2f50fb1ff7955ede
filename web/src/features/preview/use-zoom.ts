import { type PointerEvent, useEffect, useRef, useState } from 'react'
import type { Box } from './sidecar-texts.ts'
import { fitted, framing, type Placement, settled, type Size, zoomed } from './view-box.ts'

export const ZOOM_STEP = 1.4
/** Of one notch of a wheel, some hundred pixels; trackpads send many small ones. */
const WHEEL_RATE = 0.0022
/** Pixels of a line, where a wheel counts in lines. */
const LINE_PIXELS = 16

export interface Zoom {
  readonly placement: Placement
  readonly isFitted: boolean
  /** By a factor, about the middle. */
  readonly by: (factor: number) => void
  readonly fit: () => void
  /** Between all of it and its own pixels, about a point of the frame. */
  readonly toggle: (at: { x: number; y: number }) => void
  readonly pointer: {
    readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void
    readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void
    readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void
    readonly onPointerCancel: (event: PointerEvent<HTMLElement>) => void
  }
}

/** Where a picture lies in its frame, moved and zoomed by pointer and wheel; `box` is looked at first. */
export function useZoom({ box, frame, element, picture }: ZoomDeps): Zoom {
  const [chosen, setChosen] = useState<Placement | 'fitted' | null>(null)
  const pointers = useRef(new Map<number, { x: number; y: number }>())
  const placement =
    chosen === null && box
      ? framing(box, picture, frame)
      : chosen === null || chosen === 'fitted'
        ? fitted(picture, frame)
        : settled(chosen, picture, frame)
  const sizes: [Size, Size] = [picture, frame]
  const zoomAt = (factor: number, at: { x: number; y: number }) => setChosen(zoomed(placement, factor, at, sizes))
  useWheel(element, zoomAt)

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0 || (event.target as Element).closest('[data-word]')) return
    event.currentTarget.setPointerCapture(event.pointerId)
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY })
  }
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const before = pointers.current.get(event.pointerId)
    if (!before) return
    const now = { x: event.clientX, y: event.clientY }
    pointers.current.set(event.pointerId, now)
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1]
    if (other) {
      const { left, top } = event.currentTarget.getBoundingClientRect()
      const factor = distance(now, other) / Math.max(1, distance(before, other))
      return zoomAt(factor, { x: (now.x + other.x) / 2 - left, y: (now.y + other.y) / 2 - top })
    }
    const { scale, x, y } = placement
    setChosen(settled({ scale, x: x + now.x - before.x, y: y + now.y - before.y }, picture, frame))
  }
  const release = (event: PointerEvent<HTMLElement>) => void pointers.current.delete(event.pointerId)
  const whole = fitted(picture, frame)
  return {
    placement,
    isFitted: Math.abs(placement.scale - whole.scale) < 0.001,
    by: (factor) => zoomAt(factor, { x: frame.width / 2, y: frame.height / 2 }),
    fit: () => setChosen('fitted'),
    toggle: (at) =>
      placement.scale > whole.scale * 1.01 ? setChosen('fitted') : zoomAt(Math.max(1 / placement.scale, 2), at),
    pointer: { onPointerDown, onPointerMove, onPointerUp: release, onPointerCancel: release },
  }
}

interface ZoomDeps {
  readonly picture: Size
  readonly frame: Size
  /** The frame, which hears the wheel. */
  readonly element: HTMLElement | null
  readonly box: Box | undefined
}

/** React hears wheels passively, and then the page would scroll or zoom as well. */
function useWheel(element: HTMLElement | null, zoomAt: (factor: number, at: { x: number; y: number }) => void): void {
  const latest = useRef(zoomAt)
  useEffect(() => {
    latest.current = zoomAt
  })
  useEffect(() => {
    if (!element) return
    const onWheel = (event: WheelEvent) => {
      event.preventDefault()
      const { left, top } = element.getBoundingClientRect()
      const pixels = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * LINE_PIXELS : event.deltaY
      latest.current(Math.exp(-pixels * WHEEL_RATE), { x: event.clientX - left, y: event.clientY - top })
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    return () => element.removeEventListener('wheel', onWheel)
  }, [element])
}

function distance(a: { x: number; y: number }, b: { x: number; y: number }): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}
