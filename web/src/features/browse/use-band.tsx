import { type MouseEvent, type PointerEvent, type ReactNode, useEffect, useEffectEvent, useRef, useState } from 'react'
import { nothing, type Selection, withRows } from './selection.ts'
import type { Folder } from './use-folder.ts'
import type { VirtualRows } from './use-virtual-rows.ts'
import type { Span } from './virtual-scroll.ts'

/** Pixels of the window of a view. */
export interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

interface Start {
  readonly x: number
  /** Pixels of all rows: the band grows while the view scrolls below it. */
  readonly y: number
  readonly before: Selection | null
}

/** The pointer has to go this far for a press to be a band. */
const THRESHOLD_PX = 5
/** So near to an edge the view scrolls. */
const EDGE_PX = 24
/** Pixels of a frame at the edge itself, and beyond it. */
const MAX_SPEED_PX = 24

/** How far the view scrolls in a frame while the pointer is at `y` of it, in pixels; below zero: up. */
export function bandSpeed(y: number, height: number): number {
  const beyond = y < EDGE_PX ? y - EDGE_PX : y > height - EDGE_PX ? y - height + EDGE_PX : 0
  return Math.sign(beyond) * Math.min(MAX_SPEED_PX, Math.ceil(Math.abs(beyond)))
}

/**
 * Selects what a box is drawn over. It begins anywhere but at a name or a picture; `hit` says which rows are in it. The
 * box stays at the pointer while the view scrolls, and the view scrolls while the pointer is at its edge.
 */
export function useBand(
  folder: Pick<Folder, 'choice' | 'select' | 'total'>,
  virtual: VirtualRows,
  hit: (box: Box) => Span[],
) {
  const start = useRef<Start | null>(null)
  /** Where the pointer is in the view. */
  const pointer = useRef({ x: 0, y: 0 })
  const [box, setBox] = useState<Box | null>(null)
  const wasBand = useRef(false)
  const { element, scrollTo, top, viewport } = virtual
  const { choice, select, total } = folder
  const isBand = box !== null

  function draw() {
    if (!start.current) return
    const { before, x: startX, y: startY } = start.current
    const { x, y } = pointer.current
    const startTop = startY - top()
    const next = {
      left: Math.min(x, startX),
      right: Math.max(x, startX),
      top: Math.min(y, startTop),
      bottom: Math.max(y, startTop),
    }
    setBox(next)
    const rows = hit(next).flatMap((span) => within(span, total))
    select(rows.reduce(withRows, before ?? nothing))
  }
  const onScroll = useEffectEvent(draw)
  useEffect(() => {
    if (!isBand || !element) return
    const redraw = () => onScroll()
    let frame = requestAnimationFrame(scroll)
    function scroll() {
      const speed = bandSpeed(pointer.current.y, viewport.height)
      if (speed !== 0) {
        scrollTo(Math.max(0, top() + speed))
        redraw()
      }
      frame = requestAnimationFrame(scroll)
    }
    element.addEventListener('scroll', redraw, { passive: true })
    return () => {
      cancelAnimationFrame(frame)
      element.removeEventListener('scroll', redraw)
    }
  }, [element, isBand, scrollTo, top, viewport.height])

  function end() {
    wasBand.current = isBand
    start.current = null
    setBox(null)
  }
  const events = {
    onPointerDown: (event: PointerEvent) => {
      wasBand.current = false
      const isHandle = event.target instanceof Element && event.target.closest(HANDLES) !== null
      if (event.button !== 0 || event.pointerType === 'touch' || isHandle || !element) return
      const { x, y } = placeIn(element, event)
      if (x > element.clientWidth) return
      const isAdding = event.ctrlKey || event.metaKey || event.shiftKey
      start.current = { x, y: y + top(), before: isAdding ? choice.selection : null }
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (!start.current || !element) return
      const { x, y } = placeIn(element, event)
      if (!isBand && Math.hypot(x - start.current.x, y + top() - start.current.y) < THRESHOLD_PX) return
      if (!isBand) element.setPointerCapture(event.pointerId)
      // Beyond the edge the box would make room for itself.
      pointer.current = {
        x: Math.min(Math.max(0, x), element.clientWidth),
        y: Math.min(Math.max(0, y), viewport.height),
      }
      draw()
    },
    onPointerUp: end,
    onPointerCancel: end,
    // The click that ends a band chooses nothing else.
    onClickCapture: (event: MouseEvent) => {
      if (wasBand.current) event.stopPropagation()
      wasBand.current = false
    },
  }
  return { events, box: box && element ? <Band box={box} scrollTop={element.scrollTop} /> : (null as ReactNode) }
}

/** Names and pictures can be dragged out. */
const HANDLES = 'bdi, img, svg, [draggable="true"], [data-check]'

function Band({ box: { bottom, left, right, top }, scrollTop }: { box: Box; scrollTop: number }) {
  return (
    <div
      aria-hidden
      className="border-accent bg-accent/15 pointer-events-none absolute start-0 top-0 border"
      style={{ transform: `translate(${left}px, ${top + scrollTop}px)`, width: right - left, height: bottom - top }}
    />
  )
}

function placeIn(element: HTMLElement, event: PointerEvent): { x: number; y: number } {
  const { left, top } = element.getBoundingClientRect()
  return { x: event.clientX - left, y: event.clientY - top }
}

function within({ first, last }: Span, total: number): Span[] {
  const span = { first: Math.max(0, first), last: Math.min(total - 1, last) }
  return span.first <= span.last ? [span] : []
}
