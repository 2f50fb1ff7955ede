import type { NameIndex } from '../name-index.ts'
import { scanNames } from '../scan-names.ts'
import type { QueryPart } from '../search-plan.ts'
import { AT_WORD, PLACE_BITS, PLACE_MASK } from '../wasm/scanner.ts'
import type { Phrase } from './phrases.ts'
import type { TextMatches } from './text-index.ts'
import type { TextRows } from './text-rows.ts'

/**
 * Below the scores of all texts, which are small numbers: entries with a word at the start of a word in the name come
 * first.
 */
const NAMED = -0x1_0000
/**
 * Limits the ways to split the words between name and text, those with the most words in the name first. Each way is a
 * query for texts.
 */
const MAX_WAYS = 32

/** The words of a query that are in the names of rows. */
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
 * to `found`. A word without letters and digits is looked for in names only. Returns the text matches of the rows, and
 * whether all ways were tried.
 */
export function addMixedRows(
  index: NameIndex,
  { parts, find, found }: MixedOptions,
): { readonly matches: readonly TextMatches[]; readonly isWhole: boolean } {
  if (parts.length < 2) return { matches: [], isWhole: true }
  const named = findNamed(index, parts)
  const all = 2 ** parts.length - 1
  const ways = [...named.ways]
    .filter((way) => way !== all && others(parts, way).every(({ phrase }) => phrase))
    .toSorted((a, b) => bitsOf(b) - bitsOf(a) || a - b)
  const matches = ways.slice(0, MAX_WAYS).map((way) => {
    const texts = find(others(parts, way).flatMap(({ phrase }) => phrase ?? []))
    return addWay(index, { named, way, texts, found })
  })
  return { matches, isWhole: ways.length <= MAX_WAYS }
}

export interface MixedOptions {
  readonly parts: readonly QueryPart[]
  readonly find: (phrases: readonly Phrase[]) => TextMatches
  readonly found: TextRows
}

/** Adds the rows with exactly the words of one way in their names; returns the text matches of these rows. */
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

function findNamed(index: NameIndex, parts: readonly QueryPart[]): NamedWords {
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

function others(parts: readonly QueryPart[], way: number): QueryPart[] {
  return parts.filter((_, i) => ((way >>> i) & 1) === 0)
}

function bitsOf(way: number): number {
  let count = 0
  for (let rest = way; rest !== 0; rest >>>= 1) count += rest & 1
  return count
}

const encoder = new TextEncoder()
