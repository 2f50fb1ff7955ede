import type { OutputOf } from '@spacedrive/client'
import { useQueries, type UseQueryResult } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import {
  askCalmly,
  connection,
  isCalm,
  LoadedPages,
  pathOf,
  queryClient,
  useCalmOperation,
  useThumbNews,
} from '../../api/index.ts'
import type { MediaKind } from '../../app/use-address.ts'
import type { Span } from '../browse/index.ts'

export type MediaItem = OutputOf<'media.list'>['items'][number]
type Answer = OutputOf<'media.list'>

/** Which photos and films. */
export interface MediaOf {
  /** Below this folder; null: of the whole library. */
  readonly path: string | null
  readonly only: MediaKind | undefined
  readonly camera: string | undefined
  /** See `FilterValues`. */
  readonly within: string | undefined
  readonly photosOnly: boolean
}

/** What is known of the photos and films below a folder, or of a whole library. */
export interface Media {
  /** Undefined until it is known. */
  readonly timeline: OutputOf<'media.timeline'> | undefined
  /** Undefined where it is not loaded. */
  readonly entryAt: (row: number) => MediaItem | undefined
  /** The row of what lies at a path as `pathOf` says it, of what is loaded. */
  readonly rowOf: (path: string) => number | null
  readonly error: Error | null
  readonly retry: () => void
}

/** Rows of one request. */
const PAGE_ROWS = 200
/** Pages that were scrolled away are forgotten after this. */
const KEPT_MS = 5_000
/** The first one is kept for the way back. */
const FIRST_KEPT_MS = 10 * 60_000
/** Each time the daemon goes through a whole library. */
const REFRESH_MS = 500

/** Photos and films by when they were taken, live: days at once, photos as they come into view. */
export function useMedia({ camera, only, path, photosOnly, within }: MediaOf, { first, last }: Span): Media {
  const of = useMemo(
    () => toInput({ camera, only, path, photosOnly, within }),
    [camera, only, path, photosOnly, within],
  )
  const {
    data: timeline,
    dataUpdatedAt,
    error,
    refetch,
  } = useCalmOperation('media.timeline', of, { everyMs: REFRESH_MS })
  const total = timeline?.total ?? 0
  const firstPage = Math.floor(first / PAGE_ROWS)
  const lastPage = total === 0 ? -1 : Math.floor(Math.min(last, total - 1) / PAGE_ROWS)
  const queries = Array.from({ length: Math.max(0, lastPage - firstPage + 1) }, (_, i) => ({
    ...askCalmly('media.list', { ...of, thumbs: true, limit: PAGE_ROWS, offset: (firstPage + i) * PAGE_ROWS }),
    gcTime: firstPage + i === 0 ? FIRST_KEPT_MS : KEPT_MS,
  }))
  const { answers } = useQueries({ queries, combine })
  useRefreshedPages(dataUpdatedAt)
  useThumbNews(answers, refreshPages)
  return useMemo(() => {
    const rowByPath = new Map<string, number>()
    answers.forEach((answer, i) =>
      answer?.items.forEach((item, k) => rowByPath.set(pathOf(item), (firstPage + i) * PAGE_ROWS + k)),
    )
    return {
      timeline,
      entryAt: (row) => answers[Math.floor(row / PAGE_ROWS) - firstPage]?.items[row % PAGE_ROWS],
      rowOf: (itemPath) => rowByPath.get(itemPath) ?? null,
      error,
      retry: () => void refetch(),
    }
  }, [answers, error, firstPage, refetch, timeline])
}

/** The row of a photo that an address names; null where it is not among them. */
export async function findMedia(of: MediaOf, itemPath: string, signal: AbortSignal): Promise<number | null> {
  return (await connection.query('media.seek', { ...toInput(of), entryPath: itemPath }, { signal })).offset
}

export function toInput({ camera, only, path, photosOnly, within }: MediaOf) {
  return {
    ...(path !== null && { path }),
    ...(only && { types: [only] }),
    ...(camera !== undefined && { camera }),
    ...(within !== undefined && { within }),
    ...(photosOnly && { photosOnly }),
  }
}

function combine(results: UseQueryResult<Answer>[]): LoadedPages<Answer> {
  return new LoadedPages(results)
}

/** When days have changed, so have the rows. */
function useRefreshedPages(updatedAt: number): void {
  const first = useRef(updatedAt)
  useEffect(() => {
    if (first.current !== updatedAt && first.current !== 0) refreshPages()
    first.current = updatedAt
  }, [updatedAt])
}

function refreshPages(): void {
  void queryClient.invalidateQueries({ predicate: isCalm('media.list') })
}
