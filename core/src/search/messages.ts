import type { SearchReason, SearchResult } from '../domain/index.ts'
import type { PageEnd } from './cursor.ts'
import type { SearchPlan } from './search-plan.ts'
import type { Meaning } from './vectors/meanings.ts'

/** A search whose locations are resolved to folders. */
export interface LocatedPlan {
  readonly plan: SearchPlan
  /** Directory ids of the roots of all locations. */
  readonly locationRoots: readonly number[]
  /**
   * For each root: the path of the folder that contains it, folded, with slashes at both ends. A root that is missing
   * here has no path above it.
   */
  readonly above?: ReadonlyMap<number, string>
  /** Only entries below these folders; null: everywhere. */
  readonly inside: readonly number[] | null
  /** The meaning of the query; set if the search is also by meaning. */
  readonly meaning?: Meaning | null
}

export interface SearchAnswer {
  /** Entries of the page, in order. */
  readonly ids: readonly number[]
  readonly total: number
  /** End of this page, if more matches follow. */
  readonly end: PageEnd | null
  readonly suggestions: readonly string[]
  /** For each entry of the page: where its texts match, and the pieces of text that are near in meaning. */
  readonly texts: ReadonlyMap<number, readonly SearchReason[]>
  /** Matches by meaning that were left out, because they are weak. */
  readonly weaker: number
  /** `total` counts all matches. */
  readonly isWhole: boolean
  readonly notices: readonly string[]
  /** What the library has and this search did not use. */
  readonly unsearched: NonNullable<SearchResult['unsearched']>
  /** Number of files whose text is still being read; see `countUnread`. */
  readonly unread: number
}
