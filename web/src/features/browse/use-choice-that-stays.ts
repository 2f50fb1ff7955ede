import { connection, pathOf } from '../../api/index.ts'
import { useEffect, useRef } from 'react'
import type { Choice } from './choice.ts'
import { rowOf } from './row-of.ts'
import { endsOf, moved, only, type Selection } from './selection.ts'
import type { Listing, ListingInput } from './use-listing.ts'

/** Rows that are sought one by one after a listing has changed; of a selection of more spans the others are let go. */
const MAX_SOUGHT = 64

/** Rows of a folder up to which each chosen entry is followed: its paths are requested whole. */
const MAX_REORDERED = 10_000

/** Chosen rows up to which the path of each is kept. */
const MAX_KEPT = 2_000

interface Settled {
  readonly input: ListingInput
  readonly total: number | null
  /** The paths at the rows where the choice begins and ends, and at chosen rows that were loaded. */
  readonly pathByRow: ReadonlyMap<number, string>
}

/** Keeps the choice at the same entries when rows come, go, are renamed or are put in another order. */
export function useChoiceThatStays(
  listing: Listing,
  choice: Choice,
  setChoice: (change: (choice: Choice) => Choice) => void,
): void {
  const settled = useRef<Settled>({ input: listing.input, total: null, pathByRow: new Map() })

  // The event comes before the listing is requested again, which then finds the entries under their new paths.
  useEffect(
    () =>
      connection.onEvent((heard) => {
        if (heard.type !== 'entry.moved') return
        const { from, to } = heard.data
        const pathByRow = new Map([...settled.current.pathByRow].map(([row, path]) => [row, path === from ? to : path]))
        settled.current = { ...settled.current, pathByRow }
      }),
    [],
  )

  useEffect(() => {
    const { total } = listing
    if (total === null) return
    const before = settled.current
    const rows = rowsOf(choice)
    const isOtherOrder = orderOf(before.input) !== orderOf(listing.input)
    const hasMoved =
      isOtherOrder ||
      (before.total !== null && before.total !== total) ||
      rows.some((row) => isAnother(listing, row, before.pathByRow.get(row)))
    if (!hasMoved || rows.length === 0) {
      settled.current = {
        input: listing.input,
        total,
        pathByRow: pathsAt(listing, [...rows, ...chosenRows(choice.selection)], before.pathByRow),
      }
      return
    }
    const controller = new AbortController()
    void follow(controller.signal)
    return () => controller.abort()

    async function follow(signal: AbortSignal) {
      const [rowAfter, selection] = await Promise.all([
        rowsNow(listing, rows, before.pathByRow),
        total! <= MAX_REORDERED ? selectionNow(choice.selection, before, listing.input).catch(() => null) : null,
      ])
      if (signal.aborted) return
      const pathByRow = new Map<number, string>()
      for (const [row, path] of before.pathByRow) {
        const now = rowAfter.get(row) ?? null
        if (now !== null) pathByRow.set(now, path)
      }
      settled.current = { input: listing.input, total, pathByRow }
      setChoice((now) =>
        selection ? { ...choiceAfter(now, rowAfter, true), selection } : choiceAfter(now, rowAfter, isOtherOrder),
      )
    }
  }, [choice, listing, setChoice])
}

/** The same entries at their new rows. Null if following the ends of the selection is enough, or all that is possible. */
async function selectionNow(selection: Selection, before: Settled, to: ListingInput): Promise<Selection | null> {
  const isOtherOrder = orderOf(before.input) !== orderOf(to)
  if (!isOtherOrder && selection.spans.every(({ first, last }) => first === last)) return null
  const kept = chosenRows(selection).map((row) => before.pathByRow.get(row))
  const isKept = kept.length > 0 && !kept.includes(undefined)
  if (!isKept && !isOtherOrder) return null
  const [now, chosen] = await Promise.all([pathsIn(to), isKept ? kept : chosenIn(before.input, selection)])
  const rowByPath = new Map(now.map((path, row) => [path, row]))
  const rows = chosen.flatMap((path) => rowByPath.get(path!) ?? [])
  return { ...selection, spans: only(...rows.map((row) => ({ first: row, last: row }))).spans }
}

/** The paths that the spans of a selection hold in an order of the folder. */
async function chosenIn(input: ListingInput, { spans }: Selection): Promise<string[]> {
  const paths = await pathsIn(input)
  return spans.flatMap(({ first, last }) => paths.slice(first, last + 1))
}

async function pathsIn(input: ListingInput): Promise<string[]> {
  return (await connection.query('files.list', { ...input, limit: MAX_REORDERED })).items.map(pathOf)
}

function orderOf({ all, reverse, sort }: ListingInput): string {
  return `${sort} ${reverse} ${all}`
}

function rowsOf({ active, anchor, selection }: Choice): number[] {
  return [...new Set([active, anchor, ...endsOf(selection)])].filter((row) => row !== null)
}

/** Every row in the spans of a selection; none of a selection that is too large to be kept. */
function chosenRows({ spans }: Selection): number[] {
  const count = spans.reduce((sum, { first, last }) => sum + last - first + 1, 0)
  if (count > MAX_KEPT) return []
  return spans.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i))
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
  // In another order what was a range is spread all over: of a folder too large to be asked for whole it is let go.
  const kept: Selection = isOtherOrder
    ? { ...selection, spans: selection.spans.filter(({ first, last }) => first === last) }
    : selection
  return { active: after(active), anchor: after(anchor), selection: moved(kept, rowAfter) }
}
