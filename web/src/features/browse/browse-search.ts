import { flagOf, oneOf, textOf } from '../../app/search-params.ts'
import { type Address, readAddress } from '../../app/use-address.ts'

export const views = ['grid', 'list', 'columns', 'timeline', 'size'] as const
export type View = (typeof views)[number]
export const sorts = ['name', 'size', 'modified', 'created', 'type', 'extension'] as const
export type Sort = (typeof sorts)[number]

/** The state of a page that shows a folder, all of it in its address. */
export interface BrowseSearch extends Address {
  /** Absolute; `base64:…` where it is not UTF-8. Absent: the first location. */
  readonly path?: string
  readonly view?: View
  readonly sort?: Sort
  readonly reverse?: true
  /** Also shows entries that the rules keep out of the index. */
  readonly all?: true
}

/** Ignores values that these parameters cannot have. */
export function readBrowseSearch(search: Record<string, unknown>): BrowseSearch {
  return {
    ...textOf(search, 'path'),
    ...oneOf(search, 'view', views),
    ...oneOf(search, 'sort', sorts),
    ...flagOf(search, 'reverse'),
    ...flagOf(search, 'all'),
    ...readAddress(search),
  }
}
