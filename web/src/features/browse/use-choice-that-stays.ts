import { pathOf } from '../../api/index.ts'
import { useEffect, useRef } from 'react'
import type { Choice } from './choice.ts'
import { rowOf } from './row-of.ts'
import { endsOf, moved, type Selection } from './selection.ts'
import type { Listing } from './use-listing.ts'

/** Rows that are sought one by one after a listing has changed; of a selection of more spans the others are let go. */
const MAX_SOUGHT = 64

interface Settled {
  readonly order: string
  readonly total: number | null
  /** What stood at the rows where the choice begins and ends. */
  readonly pathByRow: ReadonlyMap<number, string>
}

/** Keeps the choice at the same entries when rows come, go or are put in another order. */
export function useChoiceThatStays(
  listing: Listing,
  choice: Choice,
  setChoice: (change: (choice: Choice) => Choice) => void,
): void {
  const settled = useRef<Settled>({ order: orderOf(listing), total: null, pathByRow: new Map() })

  useEffect(() => {
    const { total } = listing
    if (total === null) return
    const before = settled.current
    const rows = rowsOf(choice)
    const isOtherOrder = before.order !== orderOf(listing)
    const hasMoved =
      isOtherOrder ||
      (before.total !== null && before.total !== total) ||
      rows.some((row) => isAnother(listing, row, before.pathByRow.get(row)))
    if (!hasMoved || rows.length === 0) {
      settled.current = { order: orderOf(listing), total, pathByRow: pathsAt(listing, rows, before.pathByRow) }
      return
    }
    const controller = new AbortController()
    void follow(controller.signal)
    return () => controller.abort()

    async function follow(signal: AbortSignal) {
      const rowAfter = await rowsNow(listing, rows, before.pathByRow)
      if (signal.aborted) return
      const pathByRow = new Map<number, string>()
      for (const [row, path] of before.pathByRow) {
        const now = rowAfter.get(row) ?? null
        if (now !== null) pathByRow.set(now, path)
      }
      settled.current = { order: orderOf(listing), total, pathByRow }
      setChoice((now) => choiceAfter(now, rowAfter, isOtherOrder))
    }
  }, [choice, listing, setChoice])
}

function orderOf({ input: { all, reverse, sort } }: Listing): string {
  return `${sort} ${reverse} ${all}`
}

function rowsOf({ active, anchor, selection }: Choice): number[] {
  return [...new Set([active, anchor, ...endsOf(selection)])].filter((row) => row !== null)
}

function isAnother(listing: Listing, row: number, path: string | undefined): boolean {
  const entry = listing.entryAt(row)
  return path !== undefined && entry !== undefined && pathOf(entry) !== path
}

function pathsAt(listing: Listing, rows: readonly number[], known: ReadonlyMap<number, string>): Map<number, string> {
  const paths = new Map<number, string>()
  for (const row of rows) {
    const entry = listing.entryAt(row)
    const path = entry ? pathOf(entry) : known.get(row)
    if (path !== undefined) paths.set(row, path)
  }
  return paths
}

/** Where rows are now; one that was never loaded is taken to be where it was. */
async function rowsNow(
  listing: Listing,
  rows: readonly number[],
  pathByRow: ReadonlyMap<number, string>,
): Promise<Map<number, number | null>> {
  const last = (listing.total ?? 0) - 1
  const found = await Promise.all(
    rows.slice(0, MAX_SOUGHT).map(async (row) => {
      const path = pathByRow.get(row)
      if (path === undefined) return [row, last < 0 ? null : Math.min(row, last)] as const
      return [row, listing.rowOf(path) ?? (await rowOf(listing.input, path).catch(() => null))] as const
    }),
  )
  return new Map(found)
}

function choiceAfter(
  { active, anchor, selection }: Choice,
  rowAfter: ReadonlyMap<number, number | null>,
  isOtherOrder: boolean,
): Choice {
  const after = (row: number | null) => (row === null ? null : (rowAfter.get(row) ?? null))
  // In another order what was a range is spread all over.
  const kept: Selection = isOtherOrder
    ? { ...selection, spans: selection.spans.filter(({ first, last }) => first === last) }
    : selection
  return { active: after(active), anchor: after(anchor), selection: moved(kept, rowAfter) }
}
