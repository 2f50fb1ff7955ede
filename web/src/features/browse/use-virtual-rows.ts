import { startTransition, useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react'
import {
  type Extent,
  positionAfter,
  positionAt,
  type Position,
  scrollHeight,
  type Span,
  spanAt,
  topToShow,
} from './virtual-scroll.ts'

export interface VirtualRowsOptions {
  readonly rows: number
  /** Pixels. */
  readonly rowHeight: number
  /** Pixels above the first and below the last. */
  readonly padding?: number
  /** Rows rendered above and below those that are seen. */
  readonly overscan?: number
  /** Where to begin, in pixels of all rows. */
  readonly initialTop?: number
  /** Called after every scrolling. */
  readonly onScroll?: (top: number) => void
}

export interface VirtualRows {
  /** For the element that scrolls. */
  readonly attach: (element: HTMLDivElement | null) => void
  readonly element: HTMLDivElement | null
  /** Pixels of what scrolls, for the element in it. */
  readonly height: number
  readonly viewport: { readonly width: number; readonly height: number }
  /** Rows to render. */
  readonly span: Span
  /** Rows that are seen. */
  readonly seen: Span
  /** Where a row stands in the element that is as high as `height`. */
  readonly yOf: (row: number) => number
  /** Which row is at a place of the window, counted from its top; may be none. */
  readonly rowAt: (y: number) => number
  readonly top: () => number
  readonly scrollTo: (top: number) => void
  /** Scrolls as far as is needed to see a row. */
  readonly show: (row: number) => void
}

/** It scrolls no more when nothing was scrolled for this long. */
const REST_MS = 150
/** Of lines of text. */
const OVERSCAN = 8

/** Renders of very many rows of one height those that are seen. Two million can be reached; see `virtual-scroll.ts`. */
export function useVirtualRows(options: VirtualRowsOptions): VirtualRows {
  const { rows, rowHeight, padding = 0, overscan = OVERSCAN, initialTop = 0, onScroll } = options
  const [element, setElement] = useState<HTMLDivElement | null>(null)
  const [viewport, setViewport] = useState({ width: 0, height: 0 })
  const extent = useMemo<Extent>(
    () => ({ rows, rowHeight, padding, viewport: viewport.height }),
    [padding, rowHeight, rows, viewport.height],
  )
  const position = useRef<Position>({ top: initialTop, scrollTop: initialTop })
  /** Where the element was last scrolled to, by somebody or from here. */
  const scrolled = useRef(0)
  const [view, setView] = useState({ top: initialTop, scrollTop: initialTop })

  const goTo = useCallback(
    (next: Position) => {
      position.current = next
      onScroll?.(next.top)
      setView((before) => (isSameView(extent, before, next) ? before : next))
    },
    [extent, onScroll],
  )
  const scrollTo = useCallback(
    (top: number) => {
      const next = positionAt(extent, top)
      goTo(next)
      // Even where it moves nothing, it has the browser lay everything out at once.
      if (!element || scrolled.current === next.scrollTop) return
      scrolled.current = next.scrollTop
      element.scrollTo({ top: next.scrollTop, behavior: 'instant' })
    },
    [element, extent, goTo],
  )

  useLayoutEffect(() => {
    if (!element) return
    scrolled.current = 0
    const measure = () => setViewport({ width: element.clientWidth, height: element.clientHeight })
    // The rows are rendered in small steps, after what is around them.
    startTransition(measure)
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])

  // A place that was restored, or that is further down than there now are rows.
  useLayoutEffect(() => {
    if (element && extent.viewport > 0 && extent.rows > 0) scrollTo(position.current.top)
  }, [element, extent, scrollTo])

  useLayoutEffect(() => {
    if (!element) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const rest = () => void delete element.dataset['scrolling']
    const follow = () => {
      const { scrollTop } = element
      scrolled.current = scrollTop
      clearTimeout(timer)
      timer = setTimeout(rest, REST_MS)
      element.dataset['scrolling'] = ''
      if (Math.abs(scrollTop - position.current.scrollTop) < 1) return
      goTo(positionAfter(extent, position.current, scrollTop))
    }
    element.addEventListener('scroll', follow, { passive: true })
    return () => {
      clearTimeout(timer)
      rest()
      element.removeEventListener('scroll', follow)
    }
  }, [element, extent, goTo])

  return useMemo<VirtualRows>(
    () => ({
      attach: setElement,
      element,
      height: scrollHeight(extent),
      viewport,
      span: spanAt(extent, view.top, overscan),
      seen: spanAt(extent, view.top, 0),
      yOf: (row) => padding + row * rowHeight + Math.round(view.scrollTop - view.top),
      rowAt: (y) => Math.floor((position.current.top + y - padding) / rowHeight),
      top: () => position.current.top,
      scrollTo,
      show: (row) => {
        const top = topToShow(extent, row, position.current.top)
        if (top !== null) scrollTo(top)
      },
    }),
    [element, extent, overscan, padding, rowHeight, scrollTo, view, viewport],
  )
}

/** Whether the same rows are rendered at the same places. */
function isSameView(extent: Extent, a: Position, b: Position): boolean {
  const [before, after] = [spanAt(extent, a.top, 0), spanAt(extent, b.top, 0)]
  return before.first === after.first && before.last === after.last && a.scrollTop - a.top === b.scrollTop - b.top
}
