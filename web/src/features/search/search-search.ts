import { flagOf, listOf, oneOf, textOf } from '../../app/search-params.ts'

const resultViews = ['list', 'grid'] as const
export type ResultView = (typeof resultViews)[number]
export const resultSorts = ['relevance', 'name', 'size', 'modified'] as const
export type ResultSort = (typeof resultSorts)[number]

/** The state of a page of results, all of it in its address. */
export interface SearchSearch {
  /** What was typed. */
  readonly q?: string
  /** Types of files, and `folder`. */
  readonly type?: readonly string[]
  /** Extensions without their dots. */
  readonly ext?: readonly string[]
  /** Folders or locations it is kept to: paths. */
  readonly in?: readonly string[]
  /** `>100MB`, `1kb..2mb`. */
  readonly size?: string
  /** `today`, `last summer`, `2024-05..2024-06`. */
  readonly modified?: string
  /** Also what is hidden. */
  readonly hidden?: true
  /** Names alone are searched, and not what files say. */
  readonly names?: true
  /** Also what means something alike. */
  readonly meaning?: true
  /** With `meaning`: also matches of weaker similarity. */
  readonly weak?: true
  readonly sort?: ResultSort
  readonly reverse?: true
  readonly view?: ResultView
  /** Path of the entry that is chosen. */
  readonly sel?: string
  readonly inspector?: true
  readonly preview?: true
}

/** What of an address can be used; the rest is passed over. */
export function readSearchSearch(search: Record<string, unknown>): SearchSearch {
  return {
    ...textOf(search, 'q'),
    ...listOf(search, 'type'),
    ...listOf(search, 'ext'),
    ...listOf(search, 'in'),
    ...textOf(search, 'size'),
    ...textOf(search, 'modified'),
    ...flagOf(search, 'hidden'),
    ...flagOf(search, 'names'),
    ...flagOf(search, 'meaning'),
    ...flagOf(search, 'weak'),
    ...oneOf(search, 'sort', resultSorts),
    ...flagOf(search, 'reverse'),
    ...oneOf(search, 'view', resultViews),
    ...textOf(search, 'sel'),
    ...flagOf(search, 'inspector'),
    ...flagOf(search, 'preview'),
  }
}
