import type { Span } from './virtual-scroll.ts'

/**
 * Which rows are chosen, of a listing that may be far larger than what is loaded of it: spans of rows, in order, that do
 * not touch; where it is inverted, all rows but those.
 */
export interface Selection {
  readonly isInverted: boolean
  readonly spans: readonly Span[]
}

export const nothing: Selection = { isInverted: false, spans: [] }
export const everything: Selection = { isInverted: true, spans: [] }

/** These rows and no others. */
export function only(...spans: readonly Span[]): Selection {
  return { isInverted: false, spans: merged(spans) }
}

export function isChosen({ isInverted, spans }: Selection, row: number): boolean {
  return isIn(spans, row) !== isInverted
}

/** How many of `total` rows are chosen. */
export function countChosen({ isInverted, spans }: Selection, total: number): number {
  const count = spans.reduce((sum, { first, last }) => sum + Math.max(0, Math.min(last, total - 1) - first + 1), 0)
  return isInverted ? total - count : count
}

export function withRows({ isInverted, spans }: Selection, span: Span): Selection {
  return { isInverted, spans: isInverted ? cut(spans, span) : merged([...spans, span]) }
}

export function withoutRows({ isInverted, spans }: Selection, span: Span): Selection {
  return { isInverted, spans: isInverted ? merged([...spans, span]) : cut(spans, span) }
}

export function toggled(selection: Selection, row: number): Selection {
  const span = { first: row, last: row }
  return isChosen(selection, row) ? withoutRows(selection, span) : withRows(selection, span)
}

/** The rows at which spans begin and end. */
export function endsOf({ spans }: Selection): number[] {
  return [...new Set(spans.flatMap(({ first, last }) => [first, last]))]
}

/**
 * The same things, after rows have moved: `rowAfter` has where the ends of spans are now, null where they are gone. Of a
 * span one end of which is gone the other stays.
 */
export function moved({ isInverted, spans }: Selection, rowAfter: ReadonlyMap<number, number | null>): Selection {
  const now = spans.flatMap((span) => {
    const first = rowAfter.get(span.first) ?? null
    const last = rowAfter.get(span.last) ?? null
    const known = [first, last].filter((row) => row !== null)
    return known.length === 0 ? [] : [{ first: Math.min(...known), last: Math.max(...known) }]
  })
  return { isInverted, spans: merged(now) }
}

/** Binary search: a selection may have very many spans. */
function isIn(spans: readonly Span[], row: number): boolean {
  let [low, high] = [0, spans.length - 1]
  while (low <= high) {
    const middle = (low + high) >> 1
    const { first, last } = spans[middle]!
    if (row < first) high = middle - 1
    else if (row > last) low = middle + 1
    else return true
  }
  return false
}

function merged(spans: readonly Span[]): Span[] {
  const result: { first: number; last: number }[] = []
  for (const span of spans.toSorted((a, b) => a.first - b.first)) {
    const previous = result.at(-1)
    if (previous && span.first <= previous.last + 1) previous.last = Math.max(previous.last, span.last)
    else result.push({ ...span })
  }
  return result
}

function cut(spans: readonly Span[], { first, last }: Span): Span[] {
  return spans.flatMap((span) =>
    [
      { first: span.first, last: Math.min(span.last, first - 1) },
      { first: Math.max(span.first, last + 1), last: span.last },
    ].filter((rest) => rest.first <= rest.last),
  )
}
