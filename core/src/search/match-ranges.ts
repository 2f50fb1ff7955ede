import type { SearchReason } from '../domain/index.ts'
import { foldName, type FoldedPiece, foldPieces } from '../util/fold.ts'
import type { Term, TermGroup } from './query-terms.ts'

/** Start and end (exclusive) of a part of a text, in UTF-16 code units. */
export type TextRange = [number, number]

/**
 * The parts of a displayed name that match folded words: every occurrence; touching and overlapping occurrences are
 * merged. Null if a word does not occur, except for `optional` words.
 */
export function matchRanges(
  name: string,
  words: readonly string[],
  optional: readonly string[] = [],
): TextRange[] | null {
  const folded = foldName(name)
  const isSameLength = folded.length === name.length && folded === name.toLowerCase()
  const offsets = isSameLength ? null : sourceOffsets(foldPieces(name))
  const ranges: TextRange[] = []
  for (const [i, word] of [...words, ...optional].entries()) {
    let at = folded.indexOf(word)
    if (at < 0 && i < words.length) return null
    for (; at >= 0; at = folded.indexOf(word, at + 1)) {
      const last = at + word.length - 1
      ranges.push(offsets ? [offsets.starts[at]!, offsets.ends[last]!] : [at, last + 1])
    }
  }
  return joined(ranges)
}

/** Why a name was found; null if it does not contain the words. Groups are not checked again here. */
export function matchReasons(
  name: string,
  words: readonly string[],
  groups: readonly TermGroup[] = [],
): SearchReason[] | null {
  const ranges = matchRanges(
    name,
    words,
    groups.flatMap(({ terms }) => terms.flatMap(markedPieces)),
  )
  if (!ranges) return null
  return ranges.length === 0 ? [] : [{ field: 'name', ranges }]
}

/**
 * The parts of a term that are marked in a name: the literal parts of a pattern, or the text after the last slash of a
 * path.
 */
function markedPieces(term: Term): string[] {
  switch (term.kind) {
    case 'word':
      return [term.word]
    case 'glob':
      return term.parts.at(-1)!.split(/[*?]+/).filter(Boolean)
    case 'path':
      return [term.path.slice(term.path.lastIndexOf('/') + 1)].filter(Boolean)
  }
}

/** The words that occur in the name, if the other words are in a text. Empty if the name contains none. */
export function someReasons(name: string, words: readonly string[]): SearchReason[] {
  const folded = foldName(name)
  const there = words.filter((word) => folded.includes(word))
  return there.length === 0 ? [] : (matchReasons(name, there) ?? [])
}

/** For each code unit of the folded name, the start and end of its source in the original name. */
function sourceOffsets(pieces: readonly FoldedPiece[]): { starts: number[]; ends: number[] } {
  const starts: number[] = []
  const ends: number[] = []
  for (const { folded, start, end } of pieces) {
    for (let i = 0; i < folded.length; i++) {
      starts.push(start)
      ends.push(end)
    }
  }
  return { starts, ends }
}

function joined(ranges: TextRange[]): TextRange[] {
  const result: TextRange[] = []
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])) {
    const last = result.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else result.push([start, end])
  }
  return result
}
