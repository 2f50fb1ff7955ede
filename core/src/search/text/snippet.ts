import type { TextRange } from '../match-ranges.ts'
import { FoldedText } from './folded-text.ts'
import { findPhrase, type Phrase } from './phrases.ts'

/** A piece of a text around matches. */
interface Snippet {
  /** The text, in which white space is a single space and `…` marks cuts. */
  readonly text: string
  /** The matches, as ranges of `text`. */
  readonly ranges: TextRange[]
  /** The position of the first match in the source; null if there is none. */
  readonly at: TextRange | null
}

/** Approximate length of a snippet, in UTF-16 code units of the source. */
const LENGTH = 180
/** Code units that are shown before the first match. */
const LEAD = 50
/**
 * Limit on the occurrences of one phrase that are examined. It is not small, because the best part of a text is often
 * not near its beginning.
 */
const MAX_PLACES = 100

interface Place {
  readonly phrase: number
  readonly start: number
  readonly end: number
}

/** The positions of phrases in a text, and how many of the phrases occur. */
export class FoundPlaces {
  readonly #source: string
  readonly #places: Place[]
  /** Number of different phrases that occur. */
  readonly phrases: number

  constructor(source: string, phrases: readonly Phrase[]) {
    const folded = new FoldedText(source)
    const places: Place[] = []
    this.#source = source
    this.phrases = 0
    for (const [phrase, each] of phrases.entries()) {
      const found = findPhrase(folded.text, each, MAX_PLACES)
      if (found.length > 0) this.phrases++
      for (const place of found) {
        const [start, end] = folded.toSource(place)
        places.push({ phrase, start, end })
      }
    }
    this.#places = places.toSorted((a, b) => a.start - b.start || b.end - a.end)
  }

  /** The part of the text that shows the most phrases; if there are no matches, the beginning of the text. */
  snippet(): Snippet {
    const first = this.#bestStart()
    const [from, to] = cutOut(this.#source, first?.start ?? 0)
    const places = this.#places.filter(({ start, end }) => start >= from && end <= to)
    const { text, at } = collapse(this.#source.slice(from, to))
    const ranges = joined(places.map(({ start, end }): TextRange => [at[start - from]!, at[end - from]!]))
    const lead = from > 0 ? '…' : ''
    const shift = lead.length
    return {
      text: `${lead}${text}${to < this.#source.trimEnd().length ? '…' : ''}`,
      ranges: ranges.map(([start, end]) => [start + shift, end + shift]),
      at: first && [first.start, first.end],
    }
  }

  #bestStart(): Place | null {
    let best: Place | null = null
    let most = 0
    for (const [i, place] of this.#places.entries()) {
      const seen = new Set<number>()
      for (let j = i; j < this.#places.length; j++) {
        const { end, phrase } = this.#places[j]!
        if (end - place.start > LENGTH - LEAD) break
        seen.add(phrase)
      }
      if (seen.size > most) {
        most = seen.size
        best = place
      }
    }
    return best ?? this.#places[0] ?? null
  }
}

/** A part of the text around a position. If there are spaces nearby, it begins and ends between words. */
function cutOut(source: string, at: number): TextRange {
  let from = Math.max(0, at - LEAD)
  if (from > 0) {
    const gap = source.slice(from, at).search(/\s/)
    from = gap >= 0 ? from + gap + 1 : at
  }
  let to = Math.min(source.length, from + LENGTH)
  if (to < source.length) {
    const gap = source.slice(at, to).search(/\s\S*$/)
    if (gap > 0) to = at + gap
  }
  return [from, to]
}

/** The source with white space as single spaces, and the new offset of each code unit and of the end. */
function collapse(source: string): { text: string; at: Uint32Array } {
  const at = new Uint32Array(source.length + 1)
  let text = ''
  for (let i = 0; i < source.length; i++) {
    at[i] = text.length
    const unit = source[i]!
    if (!IS_SPACE.test(unit)) text += unit
    else if (text !== '' && !text.endsWith(' ')) text += ' '
  }
  at[source.length] = text.length
  const trimmed = text.trimEnd()
  return { text: trimmed, at: at.map((place) => Math.min(place, trimmed.length)) }
}

// oxlint-disable-next-line no-control-regex -- control characters become spaces: a terminal or page cannot show them
const IS_SPACE = /[\s\x00-\x1f]/

function joined(ranges: TextRange[]): TextRange[] {
  const result: TextRange[] = []
  for (const [start, end] of ranges) {
    const last = result.at(-1)
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else result.push([start, end])
  }
  return result
}
