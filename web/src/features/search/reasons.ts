import type { SearchItem, SearchReason } from '@spacedrive/core/domain'
import { parentOf, type Ranges } from '../../format/index.ts'

/** Where a file says what was searched for, or means it. */
export type Passage = Exclude<SearchReason, { field: 'name' }>

/** The parts of its name that were found. */
export function nameMarks({ why }: SearchItem): Ranges | undefined {
  return why.find((reason) => reason.field === 'name')?.ranges
}

/** The place in the file that tells most: what it says in so many words before what it means. */
export function bestPassage({ why }: SearchItem): Passage | undefined {
  const passages = why.filter((reason) => reason.field !== 'name')
  return passages.find(({ field }) => field === 'text') ?? passages.find(({ snippet }) => snippet !== '') ?? passages[0]
}

/** Where a preview of it begins. */
export function focusOf(item: SearchItem) {
  const passage = bestPassage(item)
  if (!passage) return undefined
  const { box, page, timeMs } = passage
  return { ...(page !== null && { page }), ...(box && { box }), ...(timeMs !== undefined && { timeMs }) }
}

/** The folder it lies in, from the location down: `Pictures › 2026 › Iceland`. */
export function placeText(item: SearchItem, locations: readonly { id: string; path: string }[]): string {
  const folder = parentOf(item.path) ?? item.path
  const root = locations.find(({ id }) => id === item.location?.id)?.path
  if (!item.location || root === undefined || item.path === root) return folder
  const below = folder.slice(root.length).split(/[\\/]/).filter(Boolean)
  return [item.location.name, ...below].join(' › ')
}
