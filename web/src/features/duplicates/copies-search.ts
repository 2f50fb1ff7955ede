import { listOf, oneOf } from '../../app/search-params.ts'
import type { SearchSearch } from '../search/index.ts'

const shown = ['unique'] as const

/** The state of the page of copies, all of it in its address. */
export interface CopiesSearch extends Pick<SearchSearch, 'type' | 'in'> {
  /** Absent: contents of several files; `unique`: files whose content exists once. */
  readonly show?: (typeof shown)[number]
}

/** What of an address can be used; the rest is passed over. */
export function readCopiesSearch(search: Record<string, unknown>): CopiesSearch {
  return { ...listOf(search, 'type'), ...listOf(search, 'in'), ...oneOf(search, 'show', shown) }
}
