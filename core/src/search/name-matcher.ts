import { LONG, type NameIndex } from './name-index.ts'
import type { TopRows } from './top-rows.ts'
import { AT_START, BEFORE_DOT, INSIDE_WORD, type Place, PLACE_BITS, PLACE_MASK, startsWord } from './wasm/scanner.ts'

/** How well a name matches, best first. */
const EXACT = 0
/** All of the name but its extension. */
const STEM = 1
/** The name begins with one of the words, and all begin a word of it. */
const PREFIX = 2
/** All words begin a word of the name. */
const WORD = 3
const INSIDE = 4

/** A rank is the class and the length of the name in one number; names of this length and more count as equally long. */
const CLASS_STEP = 0x1_0000

/** Compares names with the words of a query, in the memory of the index. Good until the index changes. */
export class NameMatcher {
  readonly #index: NameIndex
  readonly #text: Uint8Array
  /** The longest word: the one to scan for. */
  readonly scanned: Uint8Array
  readonly #others: readonly Uint8Array[]

  /** `words` has at least one. */
  constructor(index: NameIndex, words: readonly string[], text: string) {
    this.#index = index
    this.#text = Buffer.from(text)
    const [longest, ...others] = words.map((word) => Buffer.from(word)).toSorted((a, b) => b.length - a.length)
    this.scanned = longest!
    this.#others = others
  }

  /** Moves the hits on names that have the other words too to the front, in their order; returns how many they are. */
  keep(hits: Uint32Array, count: number): number {
    if (this.#others.length === 0) return count
    let kept = 0
    for (let i = 0; i < count; i++) {
      if (this.#hasOthers(hits[i]! >>> PLACE_BITS)) hits[kept++] = hits[i]!
    }
    return kept
  }

  /** Offers the rows of hits by their rank: how well the name matches, then how short it is. */
  offer(hits: Uint32Array, count: number, top: TopRows): void {
    const { lengths } = this.#index
    const alone = this.#others.length === 0
    for (let i = 0; i < count; i++) {
      const row = hits[i]! >>> PLACE_BITS
      const place = (hits[i]! & PLACE_MASK) as Place
      // Nearly always the place says it, and memory far from here need not be looked at.
      const matchClass = alone && place !== BEFORE_DOT ? PREFIX + place - AT_START : this.#classify(row, place)
      const length = lengths[row] === LONG ? this.#lengthOf(row) : lengths[row]!
      const rank = matchClass * CLASS_STEP + length
      if (rank > top.worst) top.overflowed = true
      else top.offer(row, rank)
    }
  }

  #lengthOf(row: number): number {
    return Math.min(this.#index.starts[row + 1]! - 1 - this.#index.starts[row]!, CLASS_STEP - 1)
  }

  #hasOthers(row: number): boolean {
    const end = this.#index.starts[row + 1]! - 1
    for (const word of this.#others) {
      if (this.#find(word, this.#index.starts[row]!, end) < 0) return false
    }
    return true
  }

  #classify(row: number, place: Place): number {
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
    let begins = place <= AT_START
    for (const word of this.#others) {
      const at = this.#findWordStart(word, start, end)
      if (at < 0) return INSIDE
      begins ||= at === start
    }
    if (place === INSIDE_WORD) return INSIDE
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

  /** The first place where the word stands at the start of a word of the name; -1 where there is none. */
  #findWordStart(word: Uint8Array, start: number, end: number): number {
    let at = this.#find(word, start, end)
    while (at > start && !startsWord(this.#index.scanner.bytes, at)) at = this.#find(word, at + 1, end)
    return at
  }

  #find(word: Uint8Array, from: number, end: number): number {
    const { bytes } = this.#index.scanner
    const first = word[0]
    for (let at = from; at <= end - word.length; at++) {
      if (bytes[at] === first && this.#standsAt(word, at)) return at
    }
    return -1
  }

  #standsAt(word: Uint8Array, at: number): boolean {
    const { bytes } = this.#index.scanner
    for (let i = 0; i < word.length; i++) {
      if (bytes[at + i] !== word[i]) return false
    }
    return true
  }
}

const DOT = 0x2e
