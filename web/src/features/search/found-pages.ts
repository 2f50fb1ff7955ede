import type { ContentId, SearchItem, Thumb } from '@spacedrive/core/domain'
import type { Span } from '../browse/index.ts'

/** Rows of one request: two screens, since of each the piece of text is read that was found. */
export const PAGE_ROWS = 40

/** The part of an answer that pages need. */
interface PageAnswer {
  readonly total: number
  readonly cursor: string | null
}

/** What is known of a search that was answered. Only the first page is held; of the others, where they begin. */
export interface Found<A extends PageAnswer> {
  /** What was searched for. */
  readonly key: string
  readonly answer: A
  /** Where each page begins: undefined for the first, null behind the last. */
  readonly cursors: readonly (string | undefined | null)[]
}

/** After a first page has come: of another search, or of the same one as it is now. */
export function firstPageOf<A extends PageAnswer>(
  before: Found<A> | null,
  { answer, key, known }: { answer: A; key: string; known: Found<A>['cursors'] | undefined },
): Found<A> {
  const cursors = before?.key === key ? before.cursors : (known ?? [undefined])
  return { key, answer, cursors: withCursor(cursors, 1, answer.cursor) }
}

/** After another page has come; undefined while it is waited for. */
export function withPage<A extends PageAnswer>(found: Found<A>, page: number, answer: A | undefined): Found<A> {
  if (!answer || found.cursors[page + 1] === answer.cursor) return found
  return { ...found, cursors: withCursor(found.cursors, page + 1, answer.cursor) }
}

/** Behind the last page there is none. */
function withCursor(
  cursors: readonly (string | undefined | null)[],
  page: number,
  cursor: string | null,
): (string | undefined | null)[] {
  const before = cursors.slice(0, page)
  return cursor === null ? [...before, null] : [...before, cursor, ...cursors.slice(page + 1)]
}

/** The pages of a span that can be asked for, without the first, which is always there. */
export function pagesIn<A extends PageAnswer>({ cursors }: Found<A>, { first, last }: Span): number[] {
  const [from, to] = [Math.max(1, Math.floor(first / PAGE_ROWS)), Math.floor(Math.max(first, last) / PAGE_ROWS)]
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i).filter(
    (page) => typeof cursors[page] === 'string',
  )
}

/** How many rows can be scrolled to: those of the pages of which it is known where they begin. */
export function reachable<A extends PageAnswer>({ answer, cursors }: Found<A>): number {
  const pages = cursors.at(-1) === null ? cursors.length - 1 : cursors.length
  return Math.min(answer.total, pages * PAGE_ROWS)
}

/** The same answer with other thumbnails; itself where it has none of these. */
export function withThumbs<A extends { readonly items: readonly SearchItem[] }>(
  answer: A,
  thumbs: ReadonlyMap<ContentId, Thumb>,
): A {
  const thumbOf = ({ contentId }: SearchItem) => (contentId === null ? undefined : thumbs.get(contentId))
  if (!answer.items.some((item) => thumbOf(item))) return answer
  const items = answer.items.map((item) => ({ ...item, thumb: thumbOf(item) ?? item.thumb }))
  return { ...answer, items }
}
