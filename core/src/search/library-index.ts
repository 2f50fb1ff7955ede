import type { DatabaseSync } from '../db/sqlite.ts'
import { databaseError } from '../db/errors.ts'
import { openDatabase } from '../db/sqlite.ts'
import { markFolders } from './folder-marks.ts'
import { entryReader, loadIndex } from './load-index.ts'
import type { SearchReason } from '../domain/index.ts'
import { addMixedRows } from './text/mixed-rows.ts'
import type { Phrase } from './text/phrases.ts'
import { TextIndex, type TextMatches } from './text/text-index.ts'
import { TextRows } from './text/text-rows.ts'
import type { EntryChanges } from '../store/index.ts'
import type { LocatedPlan, SearchAnswer } from './messages.ts'
import { NameIndex, type NameRow } from './name-index.ts'
import { RowFilter } from './row-filter.ts'
import { runFused } from './run-fused.ts'
import { runQuery } from './run-query.ts'
import { readWords, type SearchPlan } from './search-plan.ts'
import { suggestQueries } from './suggest.ts'
import { type Meaning, type MeaningMatches, Meanings } from './vectors/meanings.ts'

/** The longest time to look for similar spellings after a search without matches. */
const SUGGESTION_MS = 25

interface FoundTexts {
  readonly index: TextIndex
  readonly rows: TextRows
  /** First the matches of all words, then the matches of the words that are not in the names. */
  readonly matches: readonly TextMatches[]
  readonly isWhole: boolean
}

/** The names of a library, read from its database when first needed and kept current by `apply`. */
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

  search({ plan, locationRoots, inside, meaning = null }: LocatedPlan): SearchAnswer {
    this.#ensureLoaded()
    const index = this.#names
    index.refreshHidden(new Set(locationRoots))
    const roots = inside && new Set(inside)
    const filter = new RowFilter(index, {
      ...plan,
      extensionIds: plan.extensions.length > 0 ? this.#extensionIds(plan.extensions) : null,
      folders: roots && markFolders(index, ({ id }, outer) => (roots.has(id) ? 1 : outer)),
    })
    const texts = plan.phrases.length > 0 ? this.#findTexts(plan) : null
    const near = meaning && this.#findMeanings(meaning, filter)
    const query = { ...plan, filter, texts: texts?.rows ?? null }
    const answer = near
      ? runFused(index, { ...query, meanings: near.matches })
      : { ...runQuery(index, query), isWhole: true }
    const misspelt = answer.total === 0 && plan.words.length > 0
    const reasons = new Map<number, SearchReason[]>(texts?.index.reasons(texts.matches, answer.ids, plan.phrases))
    if (near && this.#meanings)
      for (const [id, reason] of this.#meanings.reasons(near, meaning.model, answer.ids, plan.phrases))
        reasons.set(id, [...(reasons.get(id) ?? []), reason])
    return {
      ...answer,
      isWhole: answer.isWhole && (texts?.isWhole ?? true),
      suggestions: misspelt ? this.#suggest(plan.text, filter) : [],
      texts: reasons,
      notices: near ? noticesOf(near, meaning) : [],
    }
  }

  #findMeanings(meaning: Meaning, filter: RowFilter): MeaningMatches {
    try {
      this.#meanings ??= new Meanings(this.#db, this.#sidecars)
      return this.#meanings.find(meaning, this.#names, filter)
    } catch (err) {
      throw databaseError(err, this.#file)
    }
  }

  /** Searches the texts. Returns the matches, and the rows that they add to the rows found by name. */
  #findTexts({ parts, phrases }: SearchPlan): FoundTexts {
    try {
      const index = (this.#texts ??= new TextIndex(this.#db, this.#sidecars))
      const rows = new TextRows(this.#names)
      const whole = index.find(phrases, { ranked: true })
      rows.addTexts(whole)
      const find = (some: readonly Phrase[]) => index.find(some, { ranked: false })
      const mixed = addMixedRows(this.#names, { parts, find, found: rows })
      return { index, rows, matches: [whole, ...mixed.matches], isWhole: mixed.isWhole }
    } catch (err) {
      throw databaseError(err, this.#file)
    }
  }

  /** Applies the changes of one transaction. Calls may be repeated or reordered: `apply` reads the current entries. */
  apply({ changed, created, deleted }: Pick<EntryChanges, 'created' | 'changed' | 'deleted'>): void {
    // Nothing is lost: the first load happens later and reads these changes too.
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

/** Reasons why a search by meaning may miss matches. */
function noticesOf({ isCut, size }: MeaningMatches, { model }: Meaning): string[] {
  if (size === 0)
    return [
      `nothing here was read by the model ${model} yet, so only words were searched; \`spacedrive sidecar pending\` shows what waits, \`spacedrive location rescan <location>\` looks for what is missing`,
    ]
  return isCut ? [`there are more texts than fit into memory: only ${size} parts were searched by meaning`] : []
}
