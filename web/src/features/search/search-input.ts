import type { InputOf } from '@spacedrive/client'
import type { SearchType } from '@spacedrive/core/domain'
import type { SearchSearch } from './search-search.ts'

export type SearchInput = InputOf<'search.files'>

/** The parts of an address that narrow a search. */
export type FilterId = 'type' | 'ext' | 'size' | 'modified' | 'in' | 'names' | 'meaning' | 'hidden'
/** In the order in which they stand beside one another. */
export const filterIds = ['type', 'ext', 'size', 'modified', 'in', 'names', 'meaning', 'hidden'] as const

/** What the daemon is asked for; null where nothing is searched for yet. */
export function searchInput(search: SearchSearch): SearchInput | null {
  const {
    ext = [],
    in: inside = [],
    meaning,
    modified,
    names,
    q = '',
    reverse,
    size,
    sort = 'relevance',
    weak,
  } = search
  const query = q.trim()
  if (query === '' && activeFilters(search).every((id) => id === 'names' || id === 'meaning')) return null
  // Without words nothing is a better match, and nothing can be meant.
  const order = sort === 'relevance' ? {} : { order: isDescending(sort) !== (reverse === true) ? 'desc' : 'asc' }
  return {
    query: q,
    type: [...(search.type ?? [])] as SearchType[],
    ext: [...ext],
    location: [...inside],
    ...(size !== undefined && { size }),
    ...(modified !== undefined && { modified }),
    ...(search.hidden && { hidden: true }),
    content: !names && query !== '',
    semantic: meaning === true && query !== '',
    ...(meaning && weak && query !== '' && { weak }),
    sort,
    ...(order as { order?: 'asc' | 'desc' }),
  }
}

/** The largest and the latest come first, as long as nobody turns it round. */
function isDescending(sort: 'name' | 'size' | 'modified'): boolean {
  return sort !== 'name'
}

/** The filters that are set, in their order. */
export function activeFilters(search: SearchSearch): FilterId[] {
  return filterIds.filter((id) => search[id] !== undefined)
}

/** An address without its filters. */
export const noFilters = Object.fromEntries([...filterIds, 'weak'].map((id) => [id, undefined])) as Record<
  FilterId | 'weak',
  undefined
>
