import type { OutputOf } from '@spacedrive/client'
import type { ContentId, SearchItem } from '@spacedrive/core/domain'
import { keepPreviousData, useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { ask, connection, LoadedPages, pathOf, queryClient, useThumbNews } from '../../api/index.ts'
import type { Span } from '../browse/index.ts'
import { firstPageOf, type Found, pagesIn, PAGE_ROWS, reachable, withPage, withThumbs } from './found-pages.ts'
import type { SearchInput } from './search-input.ts'

export type Answer = OutputOf<'search.files'>

/** What was found, as far as it is loaded. The rows stay until those of the next search are there. */
export interface Results {
  /** What these rows were found with; null where nothing is searched for. */
  readonly input: SearchInput | null
  /** The first page. */
  readonly answer: Answer | null
  /** Rows that can be scrolled to: the next page is asked for when it comes into view. */
  readonly rows: number
  /** Undefined where it is not loaded. */
  readonly entryAt: (row: number) => SearchItem | undefined
  /** The row of what lies at a path, of what is loaded. */
  readonly rowOf: (path: string) => number | null
  /** Others were asked for, and these are still shown. */
  readonly isOld: boolean
  readonly error: Error | null
  readonly retry: () => void
}

/** Pages that were scrolled away are forgotten after this: a walk through a million results takes no more memory. */
const KEPT_MS = 5_000
/** Answers to what was typed on the way to what was meant. */
const FIRST_KEPT_MS = 60_000
/** While texts are still being read, the search is repeated this often. */
const UNREAD_MS = 5_000
/** Where pages begin is kept for the way back. */
const PLACES_KEPT_MS = 10 * 60_000
const NOTHING: SearchInput = { query: '' }

/** Finds as somebody types: a search that another one follows is given up. */
export function useResults(input: SearchInput | null, span: Span): Results {
  const key = JSON.stringify(input)
  const [found, setFound] = useState<Found<Answer> | null>(null)
  const first = useQuery({
    ...ask('search.files', pageOf(input ?? NOTHING, undefined)),
    enabled: input !== null,
    placeholderData: keepPreviousData,
    gcTime: FIRST_KEPT_MS,
    refetchInterval: ({ state }) => (state.data?.unread ? UNREAD_MS : false),
  })
  const isNew = input !== null && first.data !== undefined && !first.isPlaceholderData
  const isOther = isNew && (found?.key !== key || found.answer !== first.data)
  if (input === null && found !== null) setFound(null)
  if (isOther) setFound(firstPageOf(found, { key, answer: first.data, known: keptPlaces(key) }))

  const input0 = useMemo<SearchInput | null>(() => (found ? (JSON.parse(found.key) as SearchInput) : null), [found])
  const pages = found ? pagesIn(found, span) : []
  const { answers, error } = useQueries({
    queries: pages.map((page) => ({
      ...ask('search.files', pageOf(input0 ?? NOTHING, found?.cursors[page] ?? undefined)),
      gcTime: KEPT_MS,
    })),
    combine,
  })
  const grown = found && pages.reduce((sum, page, i) => withPage(sum, page, answers[i]), found)
  if (!isOther && input !== null && grown !== found) setFound(grown)
  useEffect(() => {
    if (found) keepPlaces(found)
  }, [found])

  const retry = useCallback(
    () => void queryClient.refetchQueries({ type: 'active', predicate: ({ queryKey }) => isSearch(queryKey) }),
    [],
  )
  const pageKey = pages.join(' ')
  const loaded = useMemo(() => {
    const byPage = new Map(pages.map((page, i) => [page, answers[i]]))
    if (found) byPage.set(0, found.answer)
    return byPage
    // `pages` is made anew each time; `pageKey` says what is in it.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [answers, found, pageKey])
  const shown = useMemo(() => [...loaded.values()], [loaded])
  useThumbNews(shown, (contentIds) => void giveThumbs(contentIds))
  return useMemo(() => {
    const entryAt = (row: number) => loaded.get(Math.floor(row / PAGE_ROWS))?.items[row % PAGE_ROWS]
    return {
      input: input0,
      answer: found?.answer ?? null,
      rows: found ? reachable(found) : 0,
      entryAt,
      rowOf: (path) => {
        for (const [page, answer] of loaded) {
          const at = answer?.items.findIndex((item) => pathOf(item) === path) ?? -1
          if (at >= 0) return page * PAGE_ROWS + at
        }
        return null
      },
      isOld: input !== null && found?.key !== key,
      error: input === null ? null : (first.error ?? error),
      retry,
    }
  }, [error, first.error, found, input, input0, key, loaded, retry])
}

/** As many as one request takes. */
const MAX_THUMBS = 500

/** What was found gets its new thumbnails; it is not searched for again. */
async function giveThumbs(contentIds: readonly ContentId[]): Promise<void> {
  // With more they are given when they come into view again, or with the next search.
  const asked = contentIds.slice(0, MAX_THUMBS)
  const found = await connection.query('sidecars.thumbs', { contentIds: asked }).catch(() => [])
  const thumbs = new Map(found.map(({ contentId, thumb }) => [contentId, thumb]))
  queryClient.setQueriesData<Answer>(
    { predicate: ({ queryKey }) => isSearch(queryKey) },
    (answer) => answer && withThumbs(answer, thumbs),
  )
}

function pageOf(input: SearchInput, cursor: string | undefined): SearchInput {
  return { ...input, thumbs: true, limit: PAGE_ROWS, ...(cursor !== undefined && { cursor }) }
}

function combine(results: UseQueryResult<Answer>[]): LoadedPages<Answer> {
  return new LoadedPages(results)
}

function isSearch(queryKey: readonly unknown[]): boolean {
  return queryKey[1] === 'search.files'
}

function placesKey(key: string): readonly string[] {
  return ['search-places', key]
}

function keptPlaces(key: string): Found<Answer>['cursors'] | undefined {
  return queryClient.getQueryData(placesKey(key))
}

function keepPlaces({ cursors, key }: Found<Answer>): void {
  queryClient.setQueryDefaults(['search-places'], { gcTime: PLACES_KEPT_MS })
  queryClient.setQueryData(placesKey(key), cursors)
}
