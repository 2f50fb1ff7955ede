import { type Entry, type SearchInput, type SearchReason, entryKindNumbers, fileTypeNumbers } from '../domain/index.ts'
import { makeCursor } from './cursor.ts'
import { matchReasons } from './match-ranges.ts'
import { NameIndex } from './name-index.ts'
import { RowFilter } from './row-filter.ts'
import { runQuery } from './run-query.ts'
import { planSearch, readWords } from './search-plan.ts'
import { suggestQueries } from './suggest.ts'
import { markTerm, pathAbove } from './term-rows.ts'

export interface EntriesFound<E> {
  readonly total: number
  readonly items: { readonly entry: E; readonly why: SearchReason[] }[]
  /** Valid only as long as the entries and their order stay the same. */
  readonly cursor: string | null
  readonly suggestions: string[]
}

/** The longest time to look for similar spellings: as long as the whole search of a folder may take. */
const SUGGESTION_MS = 50

type Searched = Pick<Entry, 'name' | 'path' | 'kind' | 'type' | 'extension' | 'size' | 'modifiedAt' | 'hidden'>

/**
 * Searches entries of one folder that are not indexed, such as a browsed one, by the same rules and in the same order.
 * Locations are not a filter here. Each call builds a small index, so it is meant for a folder, not for a whole disk.
 */
export function searchEntries<E extends Searched>(
  entries: readonly E[],
  input: SearchInput,
  now: number,
): EntriesFound<E> {
  const plan = planSearch(input, now)
  const extensionIds = new Map<string, number>()
  const index = new NameIndex()
  for (const [i, entry] of entries.entries()) {
    if (entry.hidden && !plan.hidden) continue
    index.put({
      id: i + 1,
      parentId: 0,
      name: entry.name,
      kind: entryKindNumbers[entry.kind],
      type: fileTypeNumbers[entry.type],
      extensionId: idOf(extensionIds, entry.extension),
      size: entry.size,
      mtime: Date.parse(entry.modifiedAt),
    })
  }
  const wanted = plan.extensions.map((extension) => extensionIds.get(extension) ?? -1).filter((id) => id >= 0)
  const outside = entries[0] ? pathAbove(entries[0].path) : ''
  const rows = plan.groups.map(({ terms }) => {
    const marks = new Uint8Array(index.rows)
    for (const term of terms) markTerm(index, term, { roots: new Map(), outside }, marks)
    return marks
  })
  const filter = new RowFilter(index, {
    ...plan,
    rows,
    // Hidden entries were left out above, by their own `hidden` property.
    hidden: true,
    extensionIds: plan.extensions.length > 0 ? wanted : null,
    folders: null,
  })
  const answer = runQuery(index, { ...plan, filter })
  const count = (query: string) =>
    runQuery(index, { ...plan, ...readWords(query), filter, limit: 1, after: null }).total
  return {
    total: answer.total,
    items: answer.ids.map((id) => ({
      entry: entries[id - 1]!,
      why: matchReasons(entries[id - 1]!.name, plan.words, plan.groups) ?? [],
    })),
    cursor: answer.end && makeCursor(plan.fingerprint, plan.now, answer.end),
    suggestions:
      answer.total === 0 && plan.words.length > 0 && plan.groups.length === 0
        ? suggestQueries(index, plan.text, { count, budgetMs: SUGGESTION_MS })
        : [],
  }
}

function idOf(ids: Map<string, number>, extension: string): number {
  const known = ids.get(extension)
  if (known !== undefined) return known
  ids.set(extension, ids.size)
  return ids.size - 1
}
