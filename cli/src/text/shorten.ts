import { sliceCells, textWidth } from './width.ts'

/** Cut at the end, with an ellipsis where something is missing. */
export function shortenEnd(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  return width < 1 ? '' : `${sliceCells(text, 0, width - 1)}…`
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
  const name = textWidth(text.slice(text.lastIndexOf('/')))
  // The end says which file it is, so it gets the larger half, or all that the name needs.
  const tailWidth = Math.min(Math.max(Math.ceil((width - 1) * 0.6), name), width - 1 - MIN_HEAD)
  const end = tail(text, tailWidth)
  return `${sliceCells(text, 0, width - 1 - textWidth(end))}…${end}`
}

type Ranges = readonly (readonly [number, number])[]

/**
 * Cuts at both ends so that the first marked range is visible, with some of the text before it. Returns the ranges in the
 * shortened text.
 */
export function cutAround(text: string, ranges: Ranges, width: number): { text: string; ranges: [number, number][] } {
  const first = ranges[0]?.[0] ?? 0
  const before = text.slice(0, first)
  const isFarOff = textWidth(text) > width && textWidth(before) > width * MOST_BEFORE
  const lead = isFarOff ? `…${tail(before, Math.floor(width * LEFT_BEFORE)).trimStart()}` : before
  const whole = lead + text.slice(first)
  const shown = shortenEnd(whole, width)
  const end = shown === whole ? whole.length : shown.length - 1
  const moved = ranges.map(([from, to]): [number, number] => [
    from + lead.length - first,
    Math.min(to + lead.length - first, end),
  ])
  return { text: shown, ranges: moved.filter(([from]) => from < end) }
}

/** The share of a line that may stand before the first range, and the share that stays if the text there is longer. */
const MOST_BEFORE = 0.5
const LEFT_BEFORE = 0.25

/** Below this there is no room for a beginning, an ellipsis and an end. */
const MIN_MIDDLE = 8
/** Cells of the beginning that always stay. */
const MIN_HEAD = 2

function tail(text: string, width: number): string {
  const whole = textWidth(text)
  return sliceCells(text, Math.max(0, whole - width), whole)
}
