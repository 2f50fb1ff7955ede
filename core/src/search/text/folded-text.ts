import { foldName, foldPieces } from '../../util/fold.ts'
import type { TextRange } from '../match-ranges.ts'

/** The positions of letters in the source are computed for pieces of about this length, and only around matches. */
const PIECE_LENGTH = 256

interface Piece {
  readonly source: string
  readonly sourceStart: number
  /** Start in the folded text. */
  readonly start: number
}

/** A text without case and accents, which can map its parts back to the original text. */
export class FoldedText {
  readonly text: string
  readonly #pieces: Piece[] = []

  constructor(source: string) {
    let text = ''
    for (const [sourceStart, end] of pieces(source)) {
      const piece = source.slice(sourceStart, end)
      this.#pieces.push({ source: piece, sourceStart, start: text.length })
      text += foldName(piece)
    }
    this.text = text
  }

  /** The part of the source that corresponds to a part of the folded text. */
  toSource([start, end]: TextRange): TextRange {
    return [this.#sourceOf(start)[0], this.#sourceOf(end - 1)[1]]
  }

  /** Start and end, in the source, of one code unit. */
  #sourceOf(at: number): TextRange {
    const { source, sourceStart, start } = this.#pieceAt(at)
    const folded = foldName(source)
    if (folded.length === source.length && folded === source.toLowerCase())
      return [sourceStart + at - start, sourceStart + at - start + 1]
    let place = start
    for (const each of foldPieces(source)) {
      place += each.folded.length
      if (at < place) return [sourceStart + each.start, sourceStart + each.end]
    }
    return [sourceStart + source.length, sourceStart + source.length]
  }

  #pieceAt(at: number): Piece {
    let low = 0
    let high = this.#pieces.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.#pieces[middle]!.start <= at) low = middle
      else high = middle - 1
    }
    return this.#pieces[low]!
  }
}

/** Cuts the text at white space, because folding never joins characters across it. */
function* pieces(source: string): Generator<TextRange> {
  const space = /\s/g
  for (let start = 0; start < source.length;) {
    space.lastIndex = start + PIECE_LENGTH
    const cut = space.exec(source)
    const end = cut ? cut.index + 1 : source.length
    yield [start, end]
    start = end
  }
}
