import type { SearchSort } from '../domain/index.ts'
import type { PageEnd } from './cursor.ts'
import type { NameIndex } from './name-index.ts'
import { BEYOND_NAMES, NameMatcher } from './name-matcher.ts'
import { compareNatural, naturalPrefix } from './natural-order.ts'
import type { RowFilter } from './row-filter.ts'
import { scanNames } from './scan-names.ts'
import type { TextRows } from './text/text-rows.ts'
import { TopRows } from './top-rows.ts'
import { MAX_NEEDLE_BYTES, PLACE_BITS } from './wasm/scanner.ts'

export interface IndexQuery {
  /** Folded words. A name must contain all of them. */
  readonly words: readonly string[]
  readonly text: string
  readonly filter: RowFilter
  readonly sort: SearchSort
  readonly descending: boolean
  readonly limit: number
  readonly after: PageEnd | null
  /** Rows that match although their names do not. They come after rows whose names match. */
  readonly texts?: TextRows | null
}

export interface IndexAnswer {
  /** Ids of the page, in order. */
  readonly ids: number[]
  /** Number of matches on all pages. */
  readonly total: number
  /** The last entry of this page, if more follow. */
  readonly end: PageEnd | null
}

/** Finds and counts all matching rows, and returns one page. */
export function runQuery(index: NameIndex, query: IndexQuery): IndexAnswer {
  const top = makeTop(index, query)
  const texts = query.texts ?? null
  let total = query.words.length === 0 ? offerAll(index, query, top) : offerMatches(index, query, top, texts)
  if (texts) total += offerTexts(index, query, top, texts)
  const page = top.sorted()
  const last = page.at(-1)
  return {
    ids: page.map(({ row }) => index.ids[row]!),
    total,
    end: last && top.overflowed ? pageEnd(index, query, last) : null,
  }
}

function makeTop(index: NameIndex, query: IndexQuery): TopRows {
  return new TopRows({
    limit: query.limit,
    tieBreak: tieBreak(index, query),
    isLater: query.after && isLater(index, query, query.after),
  })
}

function offerAll(index: NameIndex, query: IndexQuery, top: TopRows): number {
  // The best rows of a sample give a limit for the best rows of all. Without this limit, if rows are in reverse order,
  // each row would replace one that was kept before.
  const sample = makeTop(index, query)
  offerEvery(SAMPLE_STEP, index, query, sample)
  top.worst = sample.worst
  return offerEvery(1, index, query, top)
}

const SAMPLE_STEP = 64

function offerEvery(step: number, index: NameIndex, query: IndexQuery, top: TopRows): number {
  const offer = offerByKey(index, query, top)
  const { hits } = index.scanner
  const rowsPerTurn = hits.length * step
  let total = 0
  for (let row = 0; row < index.rows; row += rowsPerTurn) {
    const count = query.filter.keepRows({ from: row, to: Math.min(row + rowsPerTurn, index.rows), step }, hits)
    offer(hits, count)
    total += count
  }
  return total
}

function offerMatches(index: NameIndex, query: IndexQuery, top: TopRows, texts: TextRows | null): number {
  if (query.words.some((word) => Buffer.byteLength(word) > MAX_NEEDLE_BYTES)) return 0
  const matcher = new NameMatcher(index, query.words, query.text)
  const { hits } = index.scanner
  const offer: Offer =
    query.sort === 'relevance' ? (_, count) => matcher.offer(hits, count, top) : offerByKey(index, query, top)
  let total = 0
  scanNames(index, matcher.scanned, (_, found) => {
    const count = matcher.keep(query.filter.keep(hits, found))
    offer(hits, count)
    texts?.leaveOut(hits, count)
    total += count
  })
  return total
}

/** Offers the rows that are found by their texts but not by their names, in groups that fit in `hits`. */
function offerTexts(index: NameIndex, query: IndexQuery, top: TopRows, texts: TextRows): number {
  const { hits } = index.scanner
  const offer: Offer =
    query.sort === 'relevance' ? (_, count) => offerByScore(hits, count, texts, top) : offerByKey(index, query, top)
  let total = 0
  for (let from = 0; from < texts.count; from += hits.length) {
    const count = query.filter.keep(hits, texts.write(from, hits))
    offer(hits, count)
    total += count
  }
  return total
}

function offerByScore(hits: Uint32Array, count: number, { scores }: TextRows, top: TopRows): void {
  for (let i = 0; i < count; i++) {
    const row = hits[i]! >>> PLACE_BITS
    top.offer(row, BEYOND_NAMES + scores[row]!)
  }
}

type Offer = (hits: Uint32Array, count: number) => void

/** Offers rows by their sort key; `tieBreak` orders rows with equal keys. */
function offerByKey(index: NameIndex, { sort, descending }: IndexQuery, top: TopRows): Offer {
  const sign = descending ? -1 : 1
  const { starts, sizes, mtimes } = index
  if (sort === 'name') {
    const { bytes } = index.scanner
    return (hits, count) => {
      for (let i = 0; i < count; i++) {
        const row = hits[i]! >>> PLACE_BITS
        top.offer(row, sign * naturalPrefix(bytes, starts[row]!, starts[row + 1]! - 1))
      }
    }
  }
  const column = sort === 'size' ? sizes : mtimes
  return (hits, count) => {
    for (let i = 0; i < count; i++) {
      const row = hits[i]! >>> PLACE_BITS
      const key = sign * column[row]!
      if (key > top.worst) top.overflowed = true
      else top.offer(row, key)
    }
  }
}

function tieBreak(index: NameIndex, { sort, descending }: IndexQuery): (a: number, b: number) => number {
  const { ids, mtimes } = index
  const sign = descending ? -1 : 1
  switch (sort) {
    case 'relevance':
    case 'size':
      return (a, b) => mtimes[b]! - mtimes[a]! || ids[a]! - ids[b]!
    case 'modified':
      return (a, b) => ids[a]! - ids[b]!
    case 'name':
      return (a, b) => sign * compareNatural(nameBytes(index, a), nameBytes(index, b)) || ids[a]! - ids[b]!
  }
}

/** Whether a row comes after the end of the previous page; the same order as `tieBreak`. */
function isLater(
  index: NameIndex,
  { sort, descending }: IndexQuery,
  after: PageEnd,
): (row: number, key: number) => boolean {
  const { ids, mtimes } = index
  const sign = descending ? -1 : 1
  const name = Buffer.from(after.name)
  const afterName = { bytes: name, start: 0, end: name.length }
  const compare = (row: number): number => {
    switch (sort) {
      case 'relevance':
      case 'size':
        return after.mtime - mtimes[row]!
      case 'modified':
        return 0
      case 'name':
        return sign * compareNatural(nameBytes(index, row), afterName)
    }
  }
  return (row, key) => (key - after.key || compare(row) || ids[row]! - after.id) > 0
}

function pageEnd(index: NameIndex, query: IndexQuery, last: { row: number; key: number }): PageEnd {
  return {
    key: last.key,
    mtime: index.mtimes[last.row]!,
    id: index.ids[last.row]!,
    name: query.sort === 'name' ? index.nameOf(last.row) : '',
  }
}

function nameBytes(index: NameIndex, row: number) {
  return { bytes: index.scanner.bytes, start: index.starts[row]!, end: index.starts[row + 1]! - 1 }
}
