import { pathOf } from '../../api/index.ts'
import { useLayoutEffect, useRef } from 'react'
import type { Listing } from './use-listing.ts'
import type { VirtualRows } from './use-virtual-rows.ts'

/** Keeps what is seen where it is when rows come or go above it. At the very top what is new is shown. */
export function useSteadyRows(
  listing: Listing,
  virtual: VirtualRows,
  { columns, rowHeight }: { columns: number; rowHeight: number },
): void {
  const first = useRef<{ path: string; row: number; order: string } | null>(null)
  const { scrollTo, seen, top } = virtual
  useLayoutEffect(() => {
    const { path, sort, reverse, all } = listing.input
    const order = [path, sort, reverse, all].join('\n')
    const before = first.current
    const now = before?.order === order ? listing.rowOf(before.path) : null
    if (before && now !== null && now !== before.row && top() > 0) {
      const lines = Math.floor(now / columns) - Math.floor(before.row / columns)
      first.current = { ...before, row: now }
      if (lines !== 0) scrollTo(top() + lines * rowHeight)
      return
    }
    const row = seen.first * columns
    const entry = listing.entryAt(row)
    if (entry) first.current = { path: pathOf(entry), row, order }
  }, [columns, listing, rowHeight, scrollTo, seen.first, top])
}
