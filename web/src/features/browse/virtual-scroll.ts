/**
 * What is scrolled is never taller. Chromium puts nothing further down than 33.5 million pixels; this is 500,000 rows of
 * 28. Above it a pixel of the scrollbar stands for more than one of the rows.
 */
export const MAX_SCROLL_PX = 14_000_000

/** Rows of one height, and the window they are looked at through; all in pixels. */
export interface Extent {
  readonly rows: number
  readonly rowHeight: number
  /** Above the first and below the last. */
  readonly padding: number
  readonly viewport: number
}

/** `scrollTop` is the browser's; `top` is how far down in all rows the window begins. */
export interface Position {
  readonly scrollTop: number
  readonly top: number
}

/** First and last, both counted in. */
export interface Span {
  readonly first: number
  readonly last: number
}

/** Height of all rows. */
function fullHeight({ padding, rowHeight, rows }: Extent): number {
  return rows * rowHeight + 2 * padding
}

/** Height of what the browser scrolls. */
export function scrollHeight(extent: Extent): number {
  return Math.min(fullHeight(extent), MAX_SCROLL_PX)
}

/** The position at which the rows begin at `top`, as near as there is one. */
export function positionAt(extent: Extent, top: number): Position {
  const clamped = clamp(top, maxTop(extent))
  return { top: clamped, scrollTop: clamped / scaleOf(extent) }
}

/**
 * The position after the browser has scrolled. A short way is gone pixel by pixel, as a wheel or a finger means it; a long
 * one is where the scrollbar was taken to. At both ends are the first and the last row.
 */
export function positionAfter(extent: Extent, from: Position, scrollTop: number): Position {
  const scale = scaleOf(extent)
  if (scale === 1) return { scrollTop, top: scrollTop }
  const way = scrollTop - from.scrollTop
  const isAtEnd = scrollTop <= 0 || scrollTop >= maxTop(extent) / scale - 1
  const top = isAtEnd || Math.abs(way) > extent.viewport ? scrollTop * scale : from.top + way
  return { scrollTop, top: clamp(top, maxTop(extent)) }
}

/** The rows that are seen, and `overscan` more on both sides. */
export function spanAt({ padding, rowHeight, rows, viewport }: Extent, top: number, overscan: number): Span {
  const first = Math.floor((top - padding) / rowHeight) - overscan
  const last = Math.ceil((top - padding + viewport) / rowHeight) - 1 + overscan
  return { first: Math.min(Math.max(0, first), Math.max(0, rows - 1)), last: Math.min(rows - 1, last) }
}

/** Where the window has to begin for a row to be seen whole; null where it is. */
export function topToShow(extent: Extent, row: number, top: number): number | null {
  const { padding, rowHeight, viewport } = extent
  const start = padding + row * rowHeight
  if (start - padding < top) return start - padding
  if (start + rowHeight + padding > top + viewport) return start + rowHeight + padding - viewport
  return null
}

function maxTop(extent: Extent): number {
  return Math.max(0, fullHeight(extent) - extent.viewport)
}

/** Pixels of rows for one of the scrollbar. */
function scaleOf(extent: Extent): number {
  const most = scrollHeight(extent) - extent.viewport
  return most <= 0 ? 1 : maxTop(extent) / most
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(0, value), most)
}
