import type { NameIndex } from '../name-index.ts'
import { scanNames } from '../scan-names.ts'
import type { WordTerm } from '../query-terms.ts'
import { AT_WORD, PLACE_BITS, PLACE_MASK } from '../wasm/scanner.ts'
import type { Phrase } from './phrases.ts'
import type { TextMatches } from './text-index.ts'
import type { TextRows } from './text-rows.ts'

/**
 * Lower than the scores of all texts, which are small numbers. It is added for entries whose name has a word at the
 * start of a word, so that they come first.
 */
const NAMED = -0x1_0000
/**
 * Limit on the ways to split the words between name and text. Ways with the most words in the name come first. Each
 * way is a query for texts.
 */
const MAX_WAYS = 32

/** For each row, the words of the query that are in its name. */
interface NamedWords {
  /** By row, a bit for each word. */
  readonly words: Uint32Array
  /** By row: 1 if one of the words is at the start of a word of the name. */
  readonly begins: Uint8Array
  /** The distinct values of `words`, without 0. */
  readonly ways: ReadonlySet<number>
}

/**
 * Finds the rows with some words of the query in their names and all other words in one of their texts, and adds them
 * to `found`. A word without letters and digits is searched for only in names. Returns the text matches of the rows,
 * and whether all ways were tried.
 */
export function addMixedRows(
  index: NameIndex,
  { parts, find, found, says }: MixedOptions,
): { readonly matches: readonly TextMatches[]; readonly isWhole: boolean } {
  if (parts.length < 2) return { matches: [], isWhole: true }
  const said = new Set(parts.filter(({ phrase }) => phrase && says(phrase)))
  // Words that no text has can only be in names. To look there for each word costs more than all the rest of a search.
  if (said.size === 0) return { matches: [], isWhole: true }
  const named = findNamed(index, parts)
  const all = 2 ** parts.length - 1
  const ways = [...named.ways]
    .filter((way) => way !== all && others(parts, way).every((part) => said.has(part)))
    .toSorted((a, b) => bitsOf(b) - bitsOf(a) || a - b)
  const matches = ways.slice(0, MAX_WAYS).map((way) => {
    const texts = find(others(parts, way).flatMap(({ phrase }) => phrase ?? []))
    return addWay(index, { named, way, texts, found })
  })
  return { matches, isWhole: ways.length <= MAX_WAYS }
}

export interface MixedOptions {
  readonly parts: readonly WordTerm[]
  readonly find: (phrases: readonly Phrase[]) => TextMatches
  /** Whether any text has a phrase. */
  readonly says: (phrase: Phrase) => boolean
  readonly found: TextRows
}

/** Adds the rows whose names contain exactly the words of one way. Returns the text matches of these rows. */
function addWay(
  index: NameIndex,
  { found, named, texts, way }: { found: TextRows; named: NamedWords; texts: TextMatches; way: number },
): TextMatches {
  const { count, entries, keys, scores } = texts
  const taken: number[] = []
  let row = -1
  for (let i = 0; i < count; i++) {
    row = index.rowOf(entries[i]!, row + 1)
    if (row < 0 || named.words[row] !== way) continue
    taken.push(i)
    found.add(row, named.begins[row] === 1 ? NAMED - bitsOf(way) : 0)
  }
  const take = (from: Float64Array) => Float64Array.from(taken, (i) => from[i]!)
  return { count: taken.length, entries: take(entries), keys: take(keys), scores: take(scores) }
}

function findNamed(index: NameIndex, parts: readonly WordTerm[]): NamedWords {
  const words = new Uint32Array(index.rows)
  const begins = new Uint8Array(index.rows)
  let isAny = false
  for (const [i, { word }] of parts.entries()) {
    scanNames(index, encoder.encode(word), (hits, count) => {
      isAny ||= count > 0
      for (let at = 0; at < count; at++) {
        const row = hits[at]! >>> PLACE_BITS
        words[row]! |= 1 << i
        if ((hits[at]! & PLACE_MASK) <= AT_WORD) begins[row] = 1
      }
    })
  }
  const ways = new Set<number>()
  if (!isAny) return { words, begins, ways }
  let last = 0
  for (let row = 0; row < words.length; row++) {
    if (words[row] !== last && words[row] !== 0) ways.add((last = words[row]!))
  }
  return { words, begins, ways }
}

function others(parts: readonly WordTerm[], way: number): WordTerm[] {
  return parts.filter((_, i) => ((way >>> i) & 1) === 0)
}

function bitsOf(way: number): number {
  let count = 0
  for (let rest = way; rest !== 0; rest >>>= 1) count += rest & 1
  return count
}

const encoder = new TextEncoder()
