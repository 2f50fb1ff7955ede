import { type FoldedPiece, foldPieces } from '../util/fold.ts'

/** Start and end (not included), in UTF-16 code units. */
export type TextRange = [number, number]

/**
 * The parts of a name, as it is shown, that match folded words: every occurrence, those that touch or overlap as one.
 * Null where some word does not occur.
 */
export function matchRanges(name: string, words: readonly string[]): TextRange[] | null {
  const pieces = foldPieces(name)
  const folded = pieces.map((piece) => piece.folded).join('')
  const offsets = sourceOffsets(pieces)
  const ranges: TextRange[] = []
  for (const word of words) {
    let at = folded.indexOf(word)
    if (at < 0) return null
    for (; at >= 0; at = folded.indexOf(word, at + 1)) {
      ranges.push([offsets.starts[at]!, offsets.ends[at + word.length - 1]!])
    }
  }
  return joined(ranges)
}

/** For each code unit of the folded name, the start and the end of what it comes from. */
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
