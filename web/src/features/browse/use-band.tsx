import { type MouseEvent, type PointerEvent, type ReactNode, useRef, useState } from 'react'
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

/**
 * Chooses what a box is drawn over. It begins anywhere but at a name or a picture; `hit` says which rows are in it.
 */
export function useBand(
  folder: Pick<Folder, 'choice' | 'select' | 'total'>,
  virtual: VirtualRows,
  hit: (box: Box) => Span[],
) {
  const start = useRef<Start | null>(null)
  const [box, setBox] = useState<Box | null>(null)
  const wasBand = useRef(false)
  const { element, scrollTo, top, viewport } = virtual
  const { choice, select, total } = folder

  function end() {
    wasBand.current = box !== null
    start.current = null
    setBox(null)
  }
  const events = {
    onPointerDown: (event: PointerEvent) => {
      wasBand.current = false
      const isHandle = event.target instanceof Element && event.target.closest('bdi, img, svg, [data-check]') !== null
      if (event.button !== 0 || event.pointerType === 'touch' || isHandle || !element) return
      const { x, y } = placeIn(element, event)
      if (x > element.clientWidth) return
      const isAdding = event.ctrlKey || event.metaKey || event.shiftKey
      start.current = { x, y: y + top(), before: isAdding ? choice.selection : null }
    },
    onPointerMove: (event: PointerEvent) => {
      if (!start.current || !element) return
      const { before, x: startX, y: startY } = start.current
      const { x, y } = placeIn(element, event)
      const startTop = startY - top()
      if (!box && Math.hypot(x - startX, y - startTop) < THRESHOLD_PX) return
      if (!box) element.setPointerCapture(event.pointerId)
      const next = {
        left: Math.min(x, startX),
        right: Math.max(x, startX),
        top: Math.min(y, startTop),
        bottom: Math.max(y, startTop),
      }
      setBox(next)
      const rows = hit(next).flatMap((span) => within(span, total))
      select(rows.reduce(withRows, before ?? nothing))
      if (y < EDGE_PX) scrollTo(Math.max(0, top() - EDGE_PX))
      else if (y > viewport.height - EDGE_PX) scrollTo(top() + EDGE_PX)
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
