import { editDistance } from './edit-distance.ts'
import type { NameIndex } from './name-index.ts'
import { PLACE_BITS } from './wasm/scanner.ts'

/** Shorter words are too near to too many others. */
const MIN_WORD = 3
/** Two mistakes are looked for in words of this length. */
const LONG_WORD = 6
/** Longer runs of letters are no words, and take long to compare. */
const MAX_WORD = 40
/** With more words unknown, the query is not misspelt but about something else. */
const MAX_UNKNOWN = 2
const MAX_SUGGESTIONS = 3

export interface SuggestOptions {
  /** How many entries a query finds, under the filters of the search. */
  readonly count: (query: string) => number
  /** True once no more time is to be spent. */
  readonly expired: () => boolean
}

/** Queries that find something, where `text` (folded) finds nothing because words of it are misspelt; best first. */
export function suggestQueries(index: NameIndex, text: string, { count, expired }: SuggestOptions): string[] {
  const unknown = [...new Set(text.match(LETTERS))].filter((word) => !occurs(index, word))
  if (unknown.length === 0 || unknown.length > MAX_UNKNOWN) return []
  const choices = unknown.map((word) => similarWords(index, word, expired))
  if (choices.some((words) => words.length === 0)) return []

  const suggestions: string[] = []
  const rounds = Math.max(...choices.map((words) => words.length))
  for (let round = 0; round < rounds && suggestions.length < MAX_SUGGESTIONS && !expired(); round++) {
    const replacements = new Map(
      unknown.map((word, i) => [word, choices[i]![Math.min(round, choices[i]!.length - 1)]!]),
    )
    const query = text.replaceAll(LETTERS, (word) => replacements.get(word) ?? word)
    if (count(query) > 0) suggestions.push(query)
  }
  return suggestions
}

/** Runs of what the scanner takes for letters. */
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

/** Words of names that are a few mistakes away, the nearest and then the most frequent first. */
function similarWords(index: NameIndex, word: string, expired: () => boolean): string[] {
  if (word.length < MIN_WORD || word.length > MAX_WORD) return []
  const allowed = word.length < LONG_WORD ? 1 : 2
  const known = new Map<string, Similar | null>()
  for (const piece of surelyKept(word, allowed)) {
    forEachName(index, piece, expired, (name) => {
      for (const found of name.match(LETTERS) ?? []) {
        let similar = known.get(found)
        if (similar === undefined) {
          similar = compare(word, found, allowed)
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

function compare(word: string, found: string, allowed: number): Similar | null {
  if (found.length < word.length - allowed || found.length > MAX_WORD) return null
  const { whole, toPrefix } = editDistance(word, found)
  // The beginning of a longer word may be meant, but a whole one more likely.
  const distance = Math.min(whole, toPrefix + 0.5)
  return distance < allowed + 1 ? { word: found, distance, count: 0 } : null
}

/**
 * Parts of a word of which at least one stands unchanged in any word that is `mistakes` away: cut into one more part
 * than there are mistakes, one part is without. Only two letters swapped across a cut spoil two parts at once.
 */
function surelyKept(word: string, mistakes: number): string[] {
  const letters = Array.from(word)
  const cuts = Array.from({ length: mistakes + 2 }, (_, i) => Math.round((i * letters.length) / (mistakes + 1)))
  const parts = cuts.slice(1).map((cut, i) => letters.slice(cuts[i], cut).join(''))
  if (mistakes > 1) return parts
  const cut = cuts[1]!
  return [...parts, [...letters.slice(0, cut - 1), letters[cut], letters[cut - 1], ...letters.slice(cut + 1)].join('')]
}

/** Names read between two looks at the clock. */
const NAMES_PER_CHECK = 256

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
      if (++visited % NAMES_PER_CHECK === 0 && expired()) return
    }
    first = found < scanner.hits.length ? index.rows : last + 1
  }
}
