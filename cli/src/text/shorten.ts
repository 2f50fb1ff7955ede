import { graphemeWidth, splitGraphemes, textWidth } from './width.ts'

/** Cut at the end, with an ellipsis where something is missing. */
export function shortenEnd(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  return width < 1 ? '' : `${head(splitGraphemes(text), width - 1)}…`
}

/** Exactly `width` cells: cut, or filled with spaces. */
export function fixedWidth(text: string, width: number): string {
  const cut = shortenEnd(text, width)
  return cut + ' '.repeat(Math.max(0, width - textWidth(cut)))
}

/** Cut in the middle, so that a path keeps its root and its name. The name is kept whole where it fits. */
export function shortenMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  if (width < MIN_MIDDLE) return shortenEnd(text, width)
  const parts = splitGraphemes(text)
  const name = textWidth(text.slice(text.lastIndexOf('/')))
  // The end says which file it is, so it gets the larger half, or all that the name needs.
  const tailWidth = Math.min(Math.max(Math.ceil((width - 1) * 0.6), name), width - 1 - MIN_HEAD)
  const end = tail(parts, tailWidth)
  return `${head(parts, width - 1 - textWidth(end))}…${end}`
}

type Ranges = readonly (readonly [number, number])[]

/**
 * Cut at both ends so that the first of the marked ranges is seen, with some of what stands before it. The ranges that
 * are left are those of what is left.
 */
export function cutAround(text: string, ranges: Ranges, width: number): { text: string; ranges: [number, number][] } {
  const first = ranges[0]?.[0] ?? 0
  const before = text.slice(0, first)
  const isFarOff = textWidth(text) > width && textWidth(before) > width * MOST_BEFORE
  const lead = isFarOff ? `…${tail(splitGraphemes(before), Math.floor(width * LEFT_BEFORE)).trimStart()}` : before
  const whole = lead + text.slice(first)
  const shown = shortenEnd(whole, width)
  const end = shown === whole ? whole.length : shown.length - 1
  const moved = ranges.map(([from, to]): [number, number] => [
    from + lead.length - first,
    Math.min(to + lead.length - first, end),
  ])
  return { text: shown, ranges: moved.filter(([from]) => from < end) }
}

/** The share of a line that may stand before what was found, and how much of it is left where more does. */
const MOST_BEFORE = 0.5
const LEFT_BEFORE = 0.25

/** Below this there is no room for a beginning, an ellipsis and an end. */
const MIN_MIDDLE = 8
/** What is always left of the beginning. */
const MIN_HEAD = 2

function head(parts: readonly string[], width: number): string {
  return parts.slice(0, fitting(parts, width)).join('')
}

function tail(parts: readonly string[], width: number): string {
  const count = fitting(parts.toReversed(), width)
  return count ? parts.slice(-count).join('') : ''
}

/** How many of the first `parts` take at most `width` cells. */
function fitting(parts: readonly string[], width: number): number {
  let used = 0
  const end = parts.findIndex((part) => (used += graphemeWidth(part)) > width)
  return end < 0 ? parts.length : end
}
