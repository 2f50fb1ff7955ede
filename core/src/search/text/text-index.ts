import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import type { TextReason } from '../../domain/search.ts'
import { type Phrase, toMatch } from './phrases.ts'
import { ShownSidecars } from './shown-sidecars.ts'
import { FoundPlaces } from './snippet.ts'
import { contentOfKey, kindOfKey } from './text-key.ts'
import { parsePages, type SearchedPage, timeAt } from './text-pages.ts'
import { wholeText } from './whole-text.ts'
import { boxAt } from './word-box.ts'

/** The entries whose texts match. The same entry once for each of its texts. */
export interface TextMatches {
  readonly count: number
  /** Entry ids. */
  readonly entries: Float64Array
  /** Rows of the index of texts. */
  readonly keys: Float64Array
  /** How well: below 0, the lowest the best. */
  readonly scores: Float64Array
}

/** Where more texts match, none is the best match: the words are everywhere, and the newest come first. */
const MAX_RANKED = 10_000
/** The score of all, where they are not ranked. */
const UNRANKED = -1
/** A sidecar larger than this is not opened to show where it matches. */
const MAX_SHOWN_BYTES = 32 * 1024 * 1024

const MIN_CAPACITY = 1_024

/** The index of texts of one library, for reading. */
export class TextIndex {
  readonly #count: StatementSync
  readonly #ranked: StatementSync
  readonly #unranked: StatementSync
  readonly #sidecars: ShownSidecars
  readonly #found = new MatchColumns()

  /** `root` is the library's folder of sidecars. */
  constructor(db: DatabaseSync, root: string) {
    this.#sidecars = new ShownSidecars(db, root)
    const take = (count: number, entry: number, key: number, score: number): number => {
      this.#found.add(entry, key, score)
      return count + 1
    }
    // The schema has numbers where this function wants them.
    db.aggregate('take_text', { start: 0, step: take as (count: number, ...values: SQLOutputValue[]) => number })
    const select = (score: string) =>
      db.prepare(
        `select take_text(e.id, texts.rowid, ${score}) from texts cross join entries e on e.content_id = texts.rowid >> 4
         where texts match ?`,
      )
    this.#count = db.prepare('select count(*) as count from texts where texts match ?')
    this.#ranked = select('texts.rank')
    this.#unranked = select(String(UNRANKED))
  }

  /** Everything that matches; good until the next call. */
  find(phrases: readonly Phrase[]): TextMatches {
    this.#found.clear()
    if (phrases.length > 0) {
      const match = toMatch(phrases)
      const { count } = this.#count.get(match) as { count: number }
      if (count > 0) (count > MAX_RANKED ? this.#unranked : this.#ranked).get(match)
    }
    return this.#found
  }

  /** Where the texts of some entries match, by entry id. */
  reasons({ count, entries, keys }: TextMatches, ids: readonly number[], phrases: readonly Phrase[]) {
    const wanted = new Set(ids)
    const reasons = new Map<number, TextReason[]>()
    const known = new Map<number, TextReason>()
    for (let i = 0; i < count; i++) {
      const id = entries[i]!
      if (!wanted.has(id)) continue
      const key = keys[i]!
      let reason = known.get(key)
      if (!reason) known.set(key, (reason = this.#reason(key, phrases)))
      const others = reasons.get(id)
      if (others) others.push(reason)
      else reasons.set(id, [reason])
    }
    return reasons
  }

  #reason(key: number, phrases: readonly Phrase[]): TextReason {
    const kind = kindOfKey(key)
    const pages = this.#pages(key)
    const best = bestPage(pages, phrases)
    if (!best) return { field: 'text', kind, page: null, snippet: '', ranges: [] }
    const { text, ranges, at } = best.places.snippet()
    const box = at && best.page.words && boxAt(wholeText(best.page), best.page.words, at)
    const timeMs = at && timeAt(best.page, at)
    return {
      field: 'text',
      kind,
      page: pages.length > 1 ? best.page.page : null,
      snippet: text,
      ranges,
      ...(box && { box: [...box] }),
      ...(timeMs !== null && { timeMs }),
    }
  }

  /** What the sidecar says now. */
  #pages(key: number): readonly SearchedPage[] {
    const kind = kindOfKey(key)
    const of = { contentRowId: contentOfKey(key), kind, variant: 'default', maxBytes: MAX_SHOWN_BYTES }
    const json = this.#sidecars.read(of)
    return json === null ? [] : parsePages(kind, json)
  }
}

/** The first of the pages with the most phrases. */
function bestPage(pages: readonly SearchedPage[], phrases: readonly Phrase[]) {
  let best: { page: SearchedPage; places: FoundPlaces } | null = null
  for (const page of pages) {
    const places = new FoundPlaces(wholeText(page), phrases)
    if (!best || places.phrases > best.places.phrases) best = { page, places }
    if (places.phrases === phrases.length) break
  }
  return best
}

/** Columns that grow and are used again and again. */
class MatchColumns implements TextMatches {
  count = 0
  entries = new Float64Array(MIN_CAPACITY)
  keys = new Float64Array(MIN_CAPACITY)
  scores = new Float64Array(MIN_CAPACITY)

  clear(): void {
    this.count = 0
    if (this.entries.length > MAX_KEPT_CAPACITY) this.#resize(MIN_CAPACITY)
  }

  add(entry: number, key: number, score: number): void {
    if (this.count === this.entries.length) this.#resize(this.count * 2)
    this.entries[this.count] = entry
    this.keys[this.count] = key
    this.scores[this.count] = score
    this.count++
  }

  #resize(capacity: number): void {
    this.entries = resized(this.entries, capacity)
    this.keys = resized(this.keys, capacity)
    this.scores = resized(this.scores, capacity)
  }
}

/** A search that found more does not keep its memory. */
const MAX_KEPT_CAPACITY = 65_536

function resized(from: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(capacity)
  to.set(from.subarray(0, Math.min(from.length, capacity)))
  return to
}
