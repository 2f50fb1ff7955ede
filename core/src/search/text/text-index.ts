import type { DatabaseSync, SQLOutputValue, StatementSync } from '../../db/sqlite.ts'
import { type RowStatement, withTuples } from '../../db/typed-rows.ts'
import type { TextReason } from '../../domain/search.ts'
import { ContentEntries } from './content-entries.ts'
import { readNumbers } from './number-list.ts'
import { type Phrase, toMatch } from './phrases.ts'
import { ShownSidecars } from './shown-sidecars.ts'
import { FoundPlaces } from './snippet.ts'
import { contentOfKey, kindOfKey } from './text-key.ts'
import { parsePages, type SearchedPage, timeAt } from './text-pages.ts'
import { wholeText } from './whole-text.ts'
import { boxAt } from './word-box.ts'

/** The entries whose texts match. An entry occurs once for each matching text. */
export interface TextMatches {
  readonly count: number
  /** Entry ids. */
  readonly entries: Float64Array
  /** Row ids in the index of texts. */
  readonly keys: Float64Array
  /** Quality of each match: below 0; the lower, the better. */
  readonly scores: Float64Array
}

/** If more texts match than this, they are not ranked: the words are everywhere. The newest then come first. */
const MAX_RANKED = 10_000
/** The score of every text if texts are not ranked. */
const UNRANKED = -1
/** Limit on the size of a sidecar that is opened for a snippet. */
const MAX_SHOWN_BYTES = 32 * 1024 * 1024

const MIN_CAPACITY = 1_024

/** Read access to the text index of one library. */
export class TextIndex {
  readonly #keys: RowStatement<[keys: Uint8Array | null]>
  readonly #ranked: StatementSync
  readonly #unranked: StatementSync
  readonly #any: StatementSync
  readonly #sidecars: ShownSidecars
  readonly #contentEntries: ContentEntries
  #found = new MatchColumns(MIN_CAPACITY)

  /** `root` is the library's sidecar folder. */
  constructor(db: DatabaseSync, root: string) {
    this.#sidecars = new ShownSidecars(db, root)
    this.#contentEntries = new ContentEntries(db)
    const take = (count: number, entry: number, key: number, score: number): number => {
      this.#found.add(entry, key, score)
      return count + 1
    }
    // The schema guarantees numbers where this function expects them.
    db.aggregate('take_text', { start: 0, step: take as (count: number, ...values: SQLOutputValue[]) => number })
    const select = (score: string) =>
      db.prepare(
        `select take_text(e.id, texts.rowid, ${score}) from texts cross join entries e on e.content_id = texts.rowid >> 4
         where texts match ?`,
      )
    this.#keys = withTuples<[keys: Uint8Array | null]>(
      db.prepare('select cast(group_concat(rowid) as blob) from texts where texts match ?'),
    )
    this.#any = db.prepare('select 1 from texts where texts match ? limit 1')
    this.#ranked = select('texts.rank')
    this.#unranked = select(String(UNRANKED))
  }

  /** All texts that match all phrases; with `ranked`, scored by quality. */
  find(phrases: readonly Phrase[], { ranked }: { ranked: boolean }): TextMatches {
    const match = toMatch(phrases)
    const keys = match === '' ? new Float64Array(0) : this.#keysOf(match)
    if (keys.length > MAX_RANKED) return this.#withEntries(keys)
    this.#found = new MatchColumns(Math.max(keys.length, MIN_CAPACITY))
    if (keys.length > 0) (ranked ? this.#ranked : this.#unranked).get(match)
    return this.#found
  }

  /** Whether any text has a phrase; cheap however many do. */
  has(phrase: Phrase): boolean {
    const match = toMatch([phrase])
    return match !== '' && this.#any.get(match) !== undefined
  }

  /** Ascending, because FTS5 returns them in this order. */
  #keysOf(match: string): Float64Array {
    const [keys] = this.#keys.get(match)!
    return readNumbers(keys)
  }

  /** Pairs texts with the entries of their contents. Both lists are sorted by content, so one pass is enough. */
  #withEntries(keys: Float64Array): TextMatches {
    const of = this.#contentEntries
    of.refresh()
    const { contents, entries } = of
    const found = new MatchColumns(keys.length)
    let first = 0
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!
      const content = contentOfKey(key)
      while (first < contents.length && contents[first]! < content) first++
      // A content may have several texts. Each of them is paired with all entries of the content.
      for (let at = first; contents[at] === content; at++) found.add(entries[at]!, key, UNRANKED)
    }
    return found
  }

  /** The matching places in the texts of some entries, by entry id; `found` has all matches of the search. */
  reasons(found: readonly TextMatches[], ids: readonly number[], phrases: readonly Phrase[]) {
    const wanted = new Set(ids)
    const reasons = new Map<number, TextReason[]>()
    const known = new Map<number, TextReason>()
    for (const { count, entries, keys } of found) {
      // Matches of all words are the best reasons. The later lists are only used for entries that have no reason yet.
      const said = new Set(reasons.keys())
      for (let i = 0; i < count; i++) {
        const id = entries[i]!
        if (!wanted.has(id) || said.has(id)) continue
        const key = keys[i]!
        let reason = known.get(key)
        if (!reason) known.set(key, (reason = this.#reason(key, phrases)))
        const others = reasons.get(id)
        if (others) others.push(reason)
        else reasons.set(id, [reason])
      }
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

  /** The pages of the sidecar with this key, as it is now. */
  #pages(key: number): readonly SearchedPage[] {
    const kind = kindOfKey(key)
    const of = { contentRowId: contentOfKey(key), kind, variant: 'default', maxBytes: MAX_SHOWN_BYTES }
    const json = this.#sidecars.read(of)
    return json === null ? [] : parsePages(kind, json)
  }
}

/** The page with the most phrases; if several have as many, the first. */
function bestPage(pages: readonly SearchedPage[], phrases: readonly Phrase[]) {
  let best: { page: SearchedPage; places: FoundPlaces } | null = null
  for (const page of pages) {
    const places = new FoundPlaces(wholeText(page), phrases)
    if (!best || places.phrases > best.places.phrases) best = { page, places }
    if (places.phrases === phrases.length) break
  }
  return best
}

/** The columns of matches; they grow when matches are added. */
class MatchColumns implements TextMatches {
  count = 0
  entries: Float64Array<ArrayBuffer>
  keys: Float64Array<ArrayBuffer>
  scores: Float64Array<ArrayBuffer>

  constructor(capacity: number) {
    this.entries = new Float64Array(capacity)
    this.keys = new Float64Array(capacity)
    this.scores = new Float64Array(capacity)
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

function resized(from: Float64Array<ArrayBuffer>, capacity: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(capacity)
  to.set(from)
  return to
}
