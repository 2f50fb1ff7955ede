import type { Ranges } from '../../format/index.ts'

/** The end of a text from a little before its first match. */
export interface LeadIn {
  readonly text: string
  /** Where it begins in the whole text. */
  readonly offset: number
}

/**
 * Leaves out the beginning of a snippet, so that its first match can be seen where there is room for few letters: at most
 * `before` letters come before it, from the beginning of a word.
 */
export function leadIn(text: string, ranges: Ranges, before: number): LeadIn {
  const first = ranges[0]?.[0] ?? 0
  if (first <= before) return { text, offset: 0 }
  const start = first - before
  const gap = text.slice(start, first).search(/\s/)
  // A script without spaces is cut between two characters, never within one.
  const offset = gap >= 0 ? start + gap + 1 : characterFrom(text, start, first)
  return { text: text.slice(offset), offset }
}

/** Code units before a place that are looked at to find where characters begin. */
const MAX_CHARACTER = 16

/** Where the first character begins that does not begin before `start`; `end` if there is none. */
function characterFrom(text: string, start: number, end: number): number {
  const from = Math.max(0, start - MAX_CHARACTER)
  for (const { index } of new Intl.Segmenter().segment(text.slice(from, end)))
    if (from + index >= start) return from + index
  return end
}
