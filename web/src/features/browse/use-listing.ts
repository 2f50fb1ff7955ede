import { ClientError, type OutputOf } from '@spacedrive/client'
import type { Entry } from '@spacedrive/core/domain'
import { hashKey, useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { ask, LoadedPages, pathOf, queryClient, useThumbNews } from '../../api/index.ts'
import type { BrowseSearch, Sort } from './browse-search.ts'
import { deviceOf } from '../../format/index.ts'
import type { Span } from './virtual-scroll.ts'

/** A folder in an order. */
export interface ListingInput {
  readonly path: string
  /** Also what rules keep out of the index. */
  readonly all: boolean
  readonly sort: Sort
  readonly reverse: boolean
}

/** What is loaded of a folder: the pages that are seen. */
export interface Listing {
  readonly input: ListingInput
  /** Null until the first page is there. */
  readonly total: number | null
  readonly source: 'index' | 'disk' | null
  readonly online: boolean
  /** Undefined where it is not loaded. */
  readonly entryAt: (row: number) => Entry | undefined
  /** The row of what lies at a path, of what is loaded. */
  readonly rowOf: (path: string) => number | null
  readonly error: Error | null
  readonly retry: () => void
}

type Answer = OutputOf<'files.list'>

/** Rows of one request. */
export const PAGE_ROWS = 200
/** Pages that were scrolled away are forgotten after this, so that a walk through a large folder takes no more memory. */
const KEPT_MS = 5_000
/** The first one is kept for the way back, the last one for `End`. */
const ENDS_KEPT_MS = 10 * 60_000
/** The last rows are asked for when the first ones have been shown for this long. */
const PREPARED_MS = 200
/** Nobody says what happens in a folder that is not indexed, or of another device: it is looked at again this often. */
const POLL_MS = 3_000
/** Entries of a folder that is looked at again and again: the disk is read whole each time. */
const MAX_POLLED = 2_000

/** The rows of a folder that are seen, live: asked for as they come into view, given up when they leave it. */
export function useListing(input: ListingInput, span: Span, lastTotal: number | null): Listing {
  const { path, all, sort, reverse } = input
  const firstPage = Math.floor(span.first / PAGE_ROWS)
  const lastPage = Math.max(firstPage, Math.floor(span.last / PAGE_ROWS))
  const pages = useMemo(
    () => Array.from({ length: lastPage - firstPage + 1 }, (_, i) => firstPage + i),
    [firstPage, lastPage],
  )
  const [known, setKnown] = useState<Known>({ path, all, total: lastTotal, online: true, source: null })
  const isPolled =
    (known.source === 'disk' || deviceOf(path) !== null) && known.total !== null && known.total <= MAX_POLLED
  const queries = pages.map((page) => ({
    ...askPage({ path, all, sort, reverse }, page),
    gcTime: page === 0 || page === preparedPageOf(path, known) ? ENDS_KEPT_MS : KEPT_MS,
    refetchInterval: ({ state }: { state: { error: Error | null } }) =>
      (state.error === null ? isPolled : isNotAllowed(state.error)) && POLL_MS,
  }))
  const { answers, error } = useQueries({ queries, combine })
  const retry = useCallback(() => void queryClient.refetchQueries({ type: 'active', predicate: isOf(path) }), [path])
  useThumbNews(answers, () => void queryClient.invalidateQueries({ predicate: isOf(path) }))
  const newest = answers.find((answer) => answer !== undefined)
  // While another order is asked for, the folder is as large as it was.
  const isSame = known.path === path && known.all === all
  const { total, online, source } = newest ?? (isSame ? known : NOTHING_KNOWN)
  if (!isSame || total !== known.total || online !== known.online || source !== known.source)
    setKnown({ path, all, total, online, source })
  return useMemo(() => {
    const offset = pages[0]! * PAGE_ROWS
    const rowByPath = new Map<string, number>()
    answers.forEach((answer, i) =>
      answer?.items.forEach((entry, k) => rowByPath.set(pathOf(entry), offset + i * PAGE_ROWS + k)),
    )
    return {
      input: { path, all, sort, reverse },
      total,
      source,
      online,
      entryAt: (row) => answers[Math.floor(row / PAGE_ROWS) - pages[0]!]?.items[row % PAGE_ROWS],
      rowOf: (entryPath) => rowByPath.get(entryPath) ?? null,
      error,
      retry,
    }
  }, [all, answers, error, online, pages, path, retry, reverse, sort, source, total])
}

/** The folder that an address names, in its order. */
export function listingInput(search: BrowseSearch & { readonly path: string }): ListingInput {
  const { path, all, reverse, sort } = search
  return { path, all: all ?? false, sort: sort ?? 'name', reverse: reverse ?? false }
}

/** Asks for the first rows of a folder before anything shows it. */
export function askForFolder(input: ListingInput): void {
  void queryClient.prefetchQuery({ ...askPage(input, 0), gcTime: ENDS_KEPT_MS })
}

/** The last rows of a large folder are there before somebody presses `End`, and stay true as long as this is shown. */
export function usePreparedEnd({ input, source, total }: Listing): void {
  const last = preparedPageOf(input.path, { source, total })
  const query = askPage(input, last)
  const hash = hashKey(query.queryKey)
  const [prepared, setPrepared] = useState<string | null>(null)
  useEffect(() => {
    const timer = setTimeout(() => setPrepared(hash), PREPARED_MS)
    return () => clearTimeout(timer)
  }, [hash])
  // Held, not fetched once: what nobody holds is not asked for again when it changes. Nothing here shows it.
  useQuery({ ...query, gcTime: ENDS_KEPT_MS, enabled: last > 0 && prepared === hash, notifyOnChangeProps: [] })
}

/** The request for a page of rows, as the views send it. */
export function askPage(input: ListingInput, page: number) {
  return ask('files.list', { ...input, thumbs: true, limit: PAGE_ROWS, offset: page * PAGE_ROWS })
}

/**
 * The last page, where it is kept before and after it is seen; 0: none. What is read from a disk is read whole each time,
 * and of another device nobody tells when it changes.
 */
function preparedPageOf(path: string, { source, total }: Pick<Listing, 'source' | 'total'>): number {
  if (source !== 'index' || deviceOf(path) !== null) return 0
  return Math.floor(Math.max(0, (total ?? 0) - 1) / PAGE_ROWS)
}

interface Known extends Pick<ListingInput, 'path' | 'all'>, Pick<Listing, 'total' | 'online' | 'source'> {}

/** Somebody at the other device is asked whether it may be seen; it opens once they have said yes. */
function isNotAllowed(error: Error): boolean {
  return error instanceof ClientError && error.code === 'NotAuthorised'
}

const NOTHING_KNOWN = { total: null, online: true, source: null }

function combine(results: UseQueryResult<Answer>[]): LoadedPages<Answer> {
  return new LoadedPages(results)
}

function isOf(path: string) {
  return ({ queryKey }: { queryKey: readonly unknown[] }) =>
    queryKey[1] === 'files.list' && (queryKey[2] as { path?: unknown }).path === path
}
