import type { Span } from './virtual-scroll.ts'

/** The rows of a span, and the one that has the focus wherever it is: what has the focus is never taken away. */
export function rowsToRender({ first, last }: Span, active: number, total: number): number[] {
  const rows = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i)
  if (active >= total || (active >= first && active <= last)) return rows
  return active < first ? [active, ...rows] : [...rows, active]
}
