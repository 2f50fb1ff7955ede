import { createRequire } from 'node:module'
import { stripVTControlCharacters } from 'node:util'
import type sliceAnsi from 'slice-ansi'
import type stringWidth from 'string-width'

/** How many terminal cells `text` takes: 2 for CJK and emoji, 0 for combining marks and colour codes. */
export function textWidth(text: string): number {
  if (narrow.test(text)) return text.length
  const plain = stripVTControlCharacters(text)
  return narrow.test(plain) ? plain.length : loadStringWidth()(plain)
}

/** The part of `text` from one cell to another. A character that is only half inside is left out. */
export function sliceCells(text: string, from: number, to: number): string {
  return narrow.test(text) ? text.slice(from, to) : loadSliceAnsi()(text, from, to)
}

/** Latin letters and the usual punctuation: one cell each. */
const narrow = /^[ -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027]*$/

const require = createRequire(import.meta.url)

// Loading one of them takes 25 ms, more than the rest of `--help`, and nearly all text is narrow.
function loadStringWidth() {
  return (require('string-width') as { default: typeof stringWidth }).default
}

function loadSliceAnsi() {
  return (require('slice-ansi') as { default: typeof sliceAnsi }).default
}
