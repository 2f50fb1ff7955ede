import type { SearchReason } from '../domain/index.ts'
import type { PageEnd } from './cursor.ts'
import type { SearchPlan } from './search-plan.ts'
import type { Meaning } from './vectors/meanings.ts'

/** A search with its locations found. */
export interface LocatedPlan {
  readonly plan: SearchPlan
  /** Directory ids of the roots of all locations. */
  readonly locationRoots: readonly number[]
  /** Only entries below these folders; null: everywhere. */
  readonly inside: readonly number[] | null
  /** The meaning of the query, if the search is also by meaning. */
  readonly meaning?: Meaning | null
}

export interface SearchAnswer {
  /** Entries of the page, in order. */
  readonly ids: readonly number[]
  readonly total: number
  /** End of this page, if more matches follow. */
  readonly end: PageEnd | null
  readonly suggestions: readonly string[]
  /** Where the texts of the page's entries match, and the pieces of them that are near in meaning. */
  readonly texts: ReadonlyMap<number, readonly SearchReason[]>
  /** `total` counts all matches. */
  readonly isWhole: boolean
  readonly notices: readonly string[]
}
