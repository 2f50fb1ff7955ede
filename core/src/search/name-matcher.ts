import { LONG, type NameIndex } from './name-index.ts'
import type { TopRows } from './top-rows.ts'
import { AT_START, BEFORE_DOT, INSIDE_WORD, type Place, PLACE_BITS, PLACE_MASK, startsWord } from './wasm/scanner.ts'

/** Match classes of a name, best first. `EXACT`: the name equals the query. */
const EXACT = 0
/** The name without its extension equals the query. */
const STEM = 1
/** The name begins with one of the words, and every word is at the start of a word of the name. */
const PREFIX = 2
/** Every word is at the start of a word of the name. */
const WORD = 3
const INSIDE = 4

/**
 * A rank combines the class and the length of the name in one number. All names of at least this length count as
 * equally long.
 */
const CLASS_STEP = 0x1_0000

/**
 * Larger than the rank of every name. The scores of matches in texts, which are below 0, are added to it, so these
 * come after names.
 */
export const BEYOND_NAMES = (INSIDE + 3) * CLASS_STEP

/** Compares names with the words of a query, in the memory of the index. Valid until the index changes. */
export class NameMatcher {
  readonly #index: NameIndex
  readonly #text: Uint8Array
  /** The word that is probably in the fewest names: the scanner looks for this one. */
  readonly scanned: Uint8Array
  readonly #others: readonly Uint8Array[]

  /** `words` must contain at least one word, and no word longer than `MAX_NEEDLE_BYTES`. */
  constructor(index: NameIndex, words: readonly string[], text: string) {
    this.#index = index
    this.#text = encoder.encode(text)
    const [rarest, ...others] = rarestFirst(
      index,
      words.map((word) => encoder.encode(word)),
    )
    this.scanned = rarest!
    this.#others = others
  }

  /** Moves the hits whose names also have the other words to the front, in their order; returns their number. */
  keep(count: number): number {
    const { scanner, starts } = this.#index
    let kept = count
    for (const word of this.#others) kept = scanner.keep(kept, word, starts)
    return kept
  }

  /** Offers the rows of hits by their rank: first by match class, then by length of the name. */
  offer(hits: Uint32Array, count: number, top: TopRows): void {
    const { lengths } = this.#index
    const alone = this.#others.length === 0
    for (let i = 0; i < count; i++) {
      const row = hits[i]! >>> PLACE_BITS
      const place = (hits[i]! & PLACE_MASK) as Place
      const length = lengths[row] === LONG ? this.#lengthOf(row) : lengths[row]!
      // The place nearly always determines the class, so that the name need not be read from distant memory.
      const matchClass =
        alone && place !== BEFORE_DOT ? PREFIX + place - AT_START : this.#classify(row, place, top.worst - length)
      const rank = matchClass * CLASS_STEP + length
      if (rank > top.worst) top.overflowed = true
      else top.offer(row, rank)
    }
  }

  #lengthOf(row: number): number {
    return Math.min(this.#index.starts[row + 1]! - 1 - this.#index.starts[row]!, CLASS_STEP - 1)
  }

  /**
   * The match class of a name. If no possible class could be as good as `worst`, it may return a worse class than the
   * real one.
   */
  #classify(row: number, place: Place, worst: number): number {
    // If a name begins with the whole query, each word of the query is at the start of a word of the name.
    if (place === INSIDE_WORD) return INSIDE
    const { bytes } = this.#index.scanner
    const start = this.#index.starts[row]!
    const end = this.#index.starts[row + 1]! - 1
    const textEnd = start + this.#text.length
    if (textEnd === end && this.#standsAt(this.#text, start)) return EXACT
    if (
      textEnd < end &&
      bytes[textEnd] === DOT &&
      this.#isExtension(textEnd, end) &&
      this.#standsAt(this.#text, start)
    ) {
      return STEM
    }
    if (PREFIX * CLASS_STEP > worst) return INSIDE
    let begins = place <= AT_START
    for (const word of this.#others) {
      const at = findWordStart(bytes, word, start, end)
      if (at < 0) return INSIDE
      begins ||= at === start
    }
    return begins ? PREFIX : WORD
  }

  /** Whether the dot at an address is the last of the name. */
  #isExtension(address: number, end: number): boolean {
    const { bytes } = this.#index.scanner
    for (let at = address + 1; at < end; at++) {
      if (bytes[at] === DOT) return false
    }
    return true
  }

  #standsAt(text: Uint8Array, at: number): boolean {
    return standsAt(this.#index.scanner.bytes, text, at)
  }
}

/** To estimate how rare a word is, names are read in this many stretches, from all parts of the index. */
const SAMPLED_STRETCHES = 16
const ROWS_PER_STRETCH = 1_000

/**
 * Sorts words by how often they occur in a sample of the names; words that occur equally often by length, longest
 * first.
 */
function rarestFirst(index: NameIndex, words: readonly Uint8Array[]): Uint8Array[] {
  if (words.length === 1) return [...words]
  return words
    .map((word) => ({ word, count: countInSample(index, word) }))
    .toSorted((a, b) => a.count - b.count || b.word.length - a.word.length)
    .map(({ word }) => word)
}

function countInSample({ rows, scanner, starts }: NameIndex, word: Uint8Array): number {
  scanner.setNeedle(word)
  let count = 0
  const step = Math.max(ROWS_PER_STRETCH, Math.ceil(rows / SAMPLED_STRETCHES))
  for (let row = 0; row < rows; row += step) {
    count += scanner.scan(starts[row]!, row, starts[Math.min(row + ROWS_PER_STRETCH, rows)]!)
  }
  return count
}

/** The first place where the word is at the start of a word of the name; -1 if there is none. */
function findWordStart(bytes: Uint8Array, word: Uint8Array, start: number, end: number): number {
  let at = find(bytes, word, start, end)
  while (at > start && !startsWord(bytes, at)) at = find(bytes, word, at + 1, end)
  return at
}

function find(bytes: Uint8Array, word: Uint8Array, from: number, end: number): number {
  const first = word[0]
  for (let at = from; at <= end - word.length; at++) {
    if (bytes[at] === first && standsAt(bytes, word, at)) return at
  }
  return -1
}

function standsAt(bytes: Uint8Array, word: Uint8Array, at: number): boolean {
  for (let i = 0; i < word.length; i++) {
    if (bytes[at + i] !== word[i]) return false
  }
  return true
}

const DOT = 0x2e
const encoder = new TextEncoder()
