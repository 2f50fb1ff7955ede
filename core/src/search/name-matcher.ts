import type { NameIndex } from './name-index.ts'
import { AT_START, INSIDE_WORD, type Place, PLACE_BITS, startsWord } from './wasm/scanner.ts'

/** How well a name matches, best first. */
const EXACT = 0
/** All of the name but its extension. */
const STEM = 1
/** The name begins with one of the words, and all begin a word of it. */
const PREFIX = 2
/** All words begin a word of the name. */
const WORD = 3
const INSIDE = 4

/** A rank is the class and the length of the name in one number; longer names count as this long. */
const MAX_LENGTH = 0xffff

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

  /** A number that no rank of a name with the scanned word at `place`, at best, is below. */
  rankFloor(place: Place): number {
    return rankNumber(this.#others.length > 0 || place === AT_START ? EXACT : PREFIX + place, 0)
  }

  /** The rank of a name that has all words, the scanned one at `place`, at best; smaller is better. */
  rank(row: number, place: Place): number {
    const start = this.#index.starts[row]!
    const end = this.#index.starts[row + 1]! - 1
    return rankNumber(this.#classify(start, end, place), end - start)
  }

  #hasOthers(row: number): boolean {
    const end = this.#index.starts[row + 1]! - 1
    for (const word of this.#others) {
      if (this.#find(word, this.#index.starts[row]!, end) < 0) return false
    }
    return true
  }

  #classify(start: number, end: number, place: Place): number {
    const { bytes } = this.#index.scanner
    if (this.#others.length === 0 && place !== AT_START) return PREFIX + place
    const textEnd = start + this.#text.length
    if (textEnd <= end && this.#standsAt(this.#text, start)) {
      if (textEnd === end) return EXACT
      if (bytes[textEnd] === DOT && bytes.subarray(textEnd + 1, end).indexOf(DOT) < 0) return STEM
    }
    let begins = place === AT_START
    for (const word of this.#others) {
      const at = this.#findWordStart(word, start, end)
      if (at < 0) return INSIDE
      begins ||= at === start
    }
    if (place === INSIDE_WORD) return INSIDE
    return begins ? PREFIX : WORD
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

function rankNumber(matchClass: number, length: number): number {
  return matchClass * (MAX_LENGTH + 1) + Math.min(length, MAX_LENGTH)
}

const DOT = 0x2e
