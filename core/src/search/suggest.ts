import { editDistance } from '../util/edit-distance.ts'
import type { NameIndex } from './name-index.ts'
import { PLACE_BITS } from './wasm/scanner.ts'

/** Shorter words get no suggestions, because they are similar to too many other words. */
const MIN_WORD = 3
/** Words of at least this length are also compared with two mistakes. */
const LONG_WORD = 6
/** Longer runs of letters are not compared: they are not words, and comparing takes long. */
const MAX_WORD = 40
/** If more words than this are unknown, the query is probably not misspelt. */
const MAX_UNKNOWN = 2
const MAX_SUGGESTIONS = 3
/** Names that are read for each part of a word: enough to find a frequent word with this part. */
const MAX_NAMES_PER_PART = 5_000

export interface SuggestOptions {
  /** The number of entries that a query finds, under the filters of the search. */
  readonly count: (query: string) => number
  /** Time limit for finding similar words. */
  readonly budgetMs: number
}

/**
 * Corrected queries that have matches, best first. The folded `text` itself has none, because some of its words are
 * misspelt.
 */
export function suggestQueries(index: NameIndex, text: string, { count, budgetMs }: SuggestOptions): string[] {
  const unknown = [...new Set(text.match(LETTERS))].filter((word) => !occurs(index, word))
  if (unknown.length === 0 || unknown.length > MAX_UNKNOWN) return []
  const choices = unknown.map((word) => {
    const deadline = performance.now() + budgetMs / unknown.length
    return similarWords(index, word, () => performance.now() > deadline)
  })
  if (choices.some((words) => words.length === 0)) return []

  const suggestions: string[] = []
  const rounds = Math.max(...choices.map((words) => words.length))
  for (let round = 0; round < rounds; round++) {
    const replacements = new Map(
      unknown.map((word, i) => [word, choices[i]![Math.min(round, choices[i]!.length - 1)]!]),
    )
    const query = text.replaceAll(LETTERS, (word) => replacements.get(word) ?? word)
    if (count(query) > 0) suggestions.push(query)
  }
  return suggestions
}

/** Runs of characters that the scanner treats as letters. */
// oxlint-disable-next-line no-control-regex -- the ASCII range without a–z is meant
const LETTERS = /[^\x00-\x60\x7b-\x7f]+/g

function occurs(index: NameIndex, word: string): boolean {
  index.scanner.setNeedle(Buffer.from(word))
  return index.scanner.scan(index.starts[0]!, 0, index.end) > 0
}

interface Similar {
  readonly word: string
  readonly distance: number
  count: number
}

/**
 * Words in names that are one mistake away from `word`, or, if there are none, two mistakes. The nearest come first;
 * of equally near words, the most frequent.
 */
function similarWords(index: NameIndex, word: string, expired: () => boolean): string[] {
  if (word.length < MIN_WORD || word.length > MAX_WORD) return []
  const near = wordsWithin(1, index, word, expired)
  return near.length > 0 || word.length < LONG_WORD ? near : wordsWithin(2, index, word, expired)
}

function wordsWithin(mistakes: number, index: NameIndex, word: string, expired: () => boolean): string[] {
  const known = new Map<string, Similar | null>()
  for (const part of surelyKept(word, mistakes)) {
    forEachName(index, part, expired, (name) => {
      for (const found of name.match(LETTERS) ?? []) {
        let similar = known.get(found)
        if (similar === undefined) {
          similar = compare(word, found, mistakes)
          known.set(found, similar)
        }
        if (similar) similar.count++
      }
    })
  }
  return [...known.values()]
    .filter((similar) => similar !== null)
    .toSorted((a, b) => a.distance - b.distance || b.count - a.count || (a.word < b.word ? -1 : 1))
    .slice(0, MAX_SUGGESTIONS)
    .map((similar) => similar.word)
}

function compare(word: string, found: string, mistakes: number): Similar | null {
  if (found.length < word.length - mistakes || found.length > MAX_WORD) return null
  const { whole, toPrefix } = editDistance(word, found)
  // The user may mean the beginning of a longer word, but a whole word is more likely.
  const distance = Math.min(whole, toPrefix + 0.5)
  return distance < mistakes + 1 ? { word: found, distance, count: 0 } : null
}

/**
 * Cuts a word into one more part than `mistakes`, so that any word with at most this many mistakes contains at least
 * one part unchanged. Only two letters swapped across a cut change two parts at once.
 */
function surelyKept(word: string, mistakes: number): string[] {
  const letters = Array.from(word)
  const cuts = Array.from({ length: mistakes + 2 }, (_, i) => Math.round((i * letters.length) / (mistakes + 1)))
  const parts = cuts.slice(1).map((cut, i) => letters.slice(cuts[i], cut).join(''))
  if (mistakes > 1) return parts
  const cut = cuts[1]!
  return [...parts, [...letters.slice(0, cut - 1), letters[cut], letters[cut - 1], ...letters.slice(cut + 1)].join('')]
}

/** Names read between two checks of the clock. */
const NAMES_PER_CHECK = 256

/** Visits names that contain the needle, up to the limit or the end of the time. */
function forEachName(index: NameIndex, needle: string, expired: () => boolean, visit: (name: string) => void): void {
  const { scanner, starts } = index
  scanner.setNeedle(Buffer.from(needle))
  let last = -1
  let visited = 0
  for (let first = 0; first < index.rows && !expired();) {
    const found = scanner.scan(starts[first]!, first, index.end)
    for (let i = 0; i < found; i++) {
      const row = scanner.hits[i]! >>> PLACE_BITS
      if (row === last) continue
      last = row
      visit(index.nameOf(row))
      visited++
      if (visited === MAX_NAMES_PER_PART || (visited % NAMES_PER_CHECK === 0 && expired())) return
    }
    first = found < scanner.hits.length ? index.rows : last + 1
  }
}
