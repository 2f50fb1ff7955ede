export const views = ['grid', 'list', 'columns', 'timeline', 'size'] as const
export type View = (typeof views)[number]
export const sorts = ['name', 'size', 'modified', 'created', 'type', 'extension'] as const
export type Sort = (typeof sorts)[number]

/** What a timeline can be narrowed to. */
export const mediaKinds = ['image', 'video'] as const
export type MediaKind = (typeof mediaKinds)[number]

/** The state of a page that shows a folder, all of it in its address. */
export interface BrowseSearch {
  /** Absolute; `base64:…` where it is not UTF-8. Absent: the first location. */
  readonly path?: string
  readonly view?: View
  readonly sort?: Sort
  readonly reverse?: true
  /** Also what rules keep out of the index. */
  readonly all?: true
  /** Of a timeline: only these. */
  readonly only?: MediaKind
  /** Path of the entry that is chosen. */
  readonly sel?: string
  readonly inspector?: true
  readonly preview?: true
}

/** What of an address can be used; the rest is passed over. */
export function readBrowseSearch(search: Record<string, unknown>): BrowseSearch {
  return {
    ...textOf(search, 'path'),
    ...oneOf(search, 'view', views),
    ...oneOf(search, 'sort', sorts),
    ...flagOf(search, 'reverse'),
    ...flagOf(search, 'all'),
    ...oneOf(search, 'only', mediaKinds),
    ...textOf(search, 'sel'),
    ...flagOf(search, 'inspector'),
    ...flagOf(search, 'preview'),
  }
}

/** The state of the timeline of a whole library. */
export type TimelineSearch = Pick<BrowseSearch, 'only' | 'sel' | 'inspector' | 'preview'>

export function readTimelineSearch(search: Record<string, unknown>): TimelineSearch {
  return {
    ...oneOf(search, 'only', mediaKinds),
    ...textOf(search, 'sel'),
    ...flagOf(search, 'inspector'),
    ...flagOf(search, 'preview'),
  }
}

/** A text of an address; one that reads as a number or a list was parsed as such, and is turned back. */
export function textOf<K extends string>(search: Record<string, unknown>, key: K): { [P in K]?: string } {
  const value = search[key]
  if (value === undefined || value === null) return {}
  return { [key]: typeof value === 'string' ? value : JSON.stringify(value) } as { [P in K]?: string }
}

export function oneOf<K extends string, T extends string>(
  search: Record<string, unknown>,
  key: K,
  values: readonly T[],
): { [P in K]?: T } {
  const found = values.find((value) => value === search[key])
  return (found ? { [key]: found } : {}) as { [P in K]?: T }
}

export function flagOf<K extends string>(search: Record<string, unknown>, key: K): { [P in K]?: true } {
  const isSet = search[key] === true || search[key] === 1 || search[key] === 'true'
  return (isSet ? { [key]: true } : {}) as { [P in K]?: true }
}
