import type { DatabaseSync } from '../db/sqlite.ts'
import { databaseError } from '../db/errors.ts'
import { openDatabase } from '../db/sqlite.ts'
import { markFolders } from './folder-marks.ts'
import { entryReader, loadIndex } from './load-index.ts'
import { type SearchReason, textKinds } from '../domain/index.ts'
import { addMixedRows } from './text/mixed-rows.ts'
import type { Phrase } from './text/phrases.ts'
import { TextIndex, type TextMatches } from './text/text-index.ts'
import { TextRows } from './text/text-rows.ts'
import { countUnread } from './text/unread-files.ts'
import type { EntryChanges } from '../store/index.ts'
import type { LocatedPlan, SearchAnswer } from './messages.ts'
import { NameIndex, type NameRow } from './name-index.ts'
import { RowFilter, type RowFilterOptions } from './row-filter.ts'
import { runFused } from './run-fused.ts'
import { runQuery } from './run-query.ts'
import { readWords, type SearchPlan } from './search-plan.ts'
import { suggestQueries } from './suggest.ts'
import { markTerm, type PathsAbove } from './term-rows.ts'
import { markTaken } from './mark-taken.ts'
import { type Meaning, type MeaningMatches, type MeaningScope, Meanings } from './vectors/meanings.ts'

/** The longest time to look for similar spellings after a search without matches. */
const SUGGESTION_MS = 25

interface FoundTexts {
  readonly index: TextIndex
  readonly rows: TextRows
  /**
   * First the matches of all words; then, for each way to split the query, the matches of the words that are not in
   * the names.
   */
  readonly matches: readonly TextMatches[]
  readonly isWhole: boolean
}

/** The groups of a query, applied to the rows of the index. */
interface MarkedGroups {
  /** For each group: 1 for each row that satisfies it, else 0. */
  readonly rows: readonly Uint8Array[]
  /** The phrases of groups that were searched for in texts, and their matches; null if there are none. */
  readonly texts: { readonly phrases: readonly Phrase[]; readonly matches: readonly TextMatches[] } | null
}

/** The names of a library. They are read from its database on first use, and kept up to date by `apply`. */
export class LibraryIndex implements Disposable {
  readonly #file: string
  readonly #sidecars: string
  readonly #suggestionMs: number
  readonly #db: DatabaseSync
  readonly #readEntry: (id: number) => NameRow | null
  readonly #names = new NameIndex()
  #loaded = false
  #texts: TextIndex | null = null
  #meanings: Meanings | null = null

  /** Opens the database for reading; the file must exist. `sidecars` is the library's sidecar folder. */
  constructor(file: string, sidecars: string, { suggestionMs = SUGGESTION_MS } = {}) {
    this.#file = file
    this.#sidecars = sidecars
    this.#suggestionMs = suggestionMs
    this.#db = openDatabase(file, { readOnly: true })
    this.#readEntry = entryReader(this.#db)
  }

  search({ plan, locationRoots, inside, above = new Map(), meaning = null }: LocatedPlan): SearchAnswer {
    this.#ensureLoaded()
    const index = this.#names
    index.refreshHidden(new Set(locationRoots))
    const roots = inside && new Set(inside)
    const all: RowFilterOptions = {
      ...plan,
      extensionIds: plan.extensions.length > 0 ? this.#extensionIds(plan.extensions) : null,
      folders: roots && markFolders(index, ({ id }, outer) => (roots.has(id) ? 1 : outer)),
    }
    const taken = plan.taken ? [markTaken(this.#db, index, plan.taken)] : []
    const filters: RowFilterOptions = { ...all, rows: taken }
    const scope = { names: index, filter: new RowFilter(index, filters), weak: plan.weak }
    const near = meaning && this.#findMeanings(meaning, scope)
    const groups = this.#markGroups(plan, { roots: above, outside: '' }, near)
    const filter = new RowFilter(index, { ...all, rows: [...taken, ...groups.rows] })
    const texts = groups.texts || plan.phrases.length > 0 ? this.#findTexts(plan, groups.texts) : null
    const query = { ...plan, filter, texts: texts && texts.rows.count > 0 ? texts.rows : null }
    const answer = near
      ? runFused(index, { ...query, meanings: near.matches, weaker: near.weaker })
      : { ...runQuery(index, query), isWhole: true, weaker: 0 }
    const misspelt = answer.total === 0 && plan.words.length > 0 && plan.groups.length === 0
    const phrases = [...plan.phrases, ...(groups.texts?.phrases ?? [])]
    const reasons = new Map<number, SearchReason[]>(texts?.index.reasons(texts.matches, answer.ids, phrases))
    if (near && this.#meanings)
      for (const [id, reason] of this.#meanings.reasons(near, meaning.model, answer.ids, phrases))
        reasons.set(id, [...(reasons.get(id) ?? []), reason])
    return {
      ...answer,
      isWhole: answer.isWhole && (texts?.isWhole ?? true),
      suggestions: misspelt ? this.#suggest(plan.text, filter) : [],
      texts: reasons,
      unsearched: this.#unsearched(plan, meaning),
      unread: plan.inTexts ? this.#countUnread(filters, meaning) : 0,
      notices: [...emptyNotices(index, locationRoots), ...(near ? noticesOf(near, meaning) : [])],
    }
  }

  #findMeanings(meaning: Meaning, scope: MeaningScope): MeaningMatches {
    try {
      this.#meanings ??= new Meanings(this.#db, this.#sidecars)
      return this.#meanings.find(meaning, scope)
    } catch (err) {
      throw databaseError(err, this.#file)
    }
  }

  #unsearched({ inTexts, meant }: SearchPlan, meaning: Meaning | null): SearchAnswer['unsearched'] {
    if (meant === '') return []
    const has = (table: 'texts' | 'vectors') => this.#db.prepare(`select 1 from ${table} limit 1`).get() !== undefined
    return [
      ...(!inTexts && has('texts') ? ['content' as const] : []),
      ...(meaning === null && has('vectors') ? ['semantic' as const] : []),
    ]
  }

  /** Counts the files that pass the filters and that a search in texts cannot find yet. */
  #countUnread(filters: RowFilterOptions, meaning: Meaning | null): number {
    const filter = new RowFilter(this.#names, filters)
    const kinds = meaning ? [...textKinds, 'embeddings' as const] : textKinds
    try {
      return countUnread(this.#db, kinds, { names: this.#names, filter })
    } catch (err) {
      throw databaseError(err, this.#file)
    }
  }

  /** Marks the rows that satisfy each group of the query: by their names and paths, by their texts, or by meaning. */
  #markGroups({ groups, inTexts }: SearchPlan, above: PathsAbove, near: MeaningMatches | null): MarkedGroups {
    const phrases: Phrase[] = []
    const matches: TextMatches[] = []
    const rows = groups.map(({ terms }) => {
      const marks = new Uint8Array(this.#names.rows)
      for (const term of terms) {
        markTerm(this.#names, term, above, marks)
        if (!inTexts || term.kind === 'glob' || !term.phrase) continue
        const found = this.#findPhrase(term.phrase)
        phrases.push(term.phrase)
        matches.push(found)
        markEntries(this.#names, found.entries.subarray(0, found.count), marks)
      }
      // A pattern is a filter, so it also excludes files that are only near in meaning.
      if (near && terms.every(({ kind }) => kind !== 'glob'))
        markEntries(
          this.#names,
          near.matches.map(({ entry }) => entry),
          marks,
        )
      return marks
    })
    return { rows, texts: phrases.length > 0 ? { phrases, matches } : null }
  }

  #findPhrase(phrase: Phrase): TextMatches {
    try {
      this.#texts ??= new TextIndex(this.#db, this.#sidecars)
      return this.#texts.find([phrase], { ranked: false })
    } catch (err) {
      throw databaseError(err, this.#file)
    }
  }

  /**
   * Searches the texts for the words. Returns all matches in texts, including those of groups, and the rows that they
   * add to the rows found by name.
   */
  #findTexts({ parts, phrases }: SearchPlan, groups: MarkedGroups['texts']): FoundTexts {
    try {
      const index = (this.#texts ??= new TextIndex(this.#db, this.#sidecars))
      const rows = new TextRows(this.#names)
      const whole = index.find(phrases, { ranked: true })
      rows.addTexts(whole)
      const find = (some: readonly Phrase[]) => index.find(some, { ranked: false })
      const mixed = addMixedRows(this.#names, { parts, find, found: rows, says: (phrase) => index.has(phrase) })
      return { index, rows, matches: [whole, ...mixed.matches, ...(groups?.matches ?? [])], isWhole: mixed.isWhole }
    } catch (err) {
      throw databaseError(err, this.#file)
    }
  }

  /** Applies the changes of one transaction. Calls may be repeated or reordered: `apply` reads the current entries. */
  apply({ changed, created, deleted }: Pick<EntryChanges, 'created' | 'changed' | 'deleted'>): void {
    // Nothing is lost: the first load happens later, and reads these changes too.
    if (!this.#loaded) return
    try {
      for (const id of deleted) this.#names.remove(id)
      for (const id of [...created, ...changed]) {
        const entry = this.#readEntry(id)
        if (entry) this.#names.put(entry)
        else this.#names.remove(id)
      }
    } catch {
      // The next search reads everything again, and reports the error if that fails too.
      this.#loaded = false
    }
  }

  [Symbol.dispose](): void {
    this.#db.close()
  }

  #ensureLoaded(): void {
    if (this.#loaded && !this.#names.isWasteful) return
    this.#loaded = false
    this.#names.clear()
    try {
      loadIndex(this.#db, this.#names)
    } catch (err) {
      throw databaseError(err, this.#file)
    }
    this.#loaded = true
  }

  #extensionIds(extensions: readonly string[]): number[] {
    const statement = this.#db.prepare('select id from extensions where ext = ?')
    return extensions.flatMap((extension) => {
      const row = statement.get(extension)
      return row ? [Number(row['id'])] : []
    })
  }

  #suggest(text: string, filter: RowFilter): string[] {
    const anyOrder = { sort: 'modified', descending: true, limit: 1, after: null } as const
    return suggestQueries(this.#names, text, {
      count: (query) => runQuery(this.#names, { ...readWords(query), filter, ...anyOrder }).total,
      budgetMs: this.#suggestionMs,
    })
  }
}

function markEntries(index: NameIndex, entries: Iterable<number>, marks: Uint8Array): void {
  for (const entry of entries) {
    const row = index.rowOf(entry)
    // If a row is missing, the change that adds the entry has not arrived yet.
    if (row >= 0) marks[row] = 1
  }
}

/** Why no search can find anything: there is nothing to search. */
function emptyNotices({ size }: NameIndex, locationRoots: readonly number[]): string[] {
  if (locationRoots.length === 0)
    return ['this library has no location yet; `spacedrive location add <folder>` adds one']
  // Searches never find the folders of the locations themselves.
  return size <= locationRoots.length
    ? ['no files are indexed: the locations are empty, or not scanned yet; `spacedrive status` shows the progress']
    : []
}

/** Reasons why a search by meaning may miss matches. */
function noticesOf({ isCut, size }: MeaningMatches, { model }: Meaning): string[] {
  if (size === 0)
    return [
      `nothing here was read by the model ${model} yet, so only words were searched; \`spacedrive sidecar pending\` shows what waits, \`spacedrive location rescan <location>\` looks for what is missing`,
    ]
  return isCut ? [`there are more texts than fit into memory: only ${size} parts were searched by meaning`] : []
}
