import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { problemOf } from './use-sidecar-json.ts'
import { charsetOf, decodeText, isBinary } from './text-rows.ts'

/** What is read of a file at once, in bytes. */
const PIECE_BYTES = 262_144
const KEPT_MS = 60_000

interface Piece {
  readonly bytes: Uint8Array
  readonly charset: string
  /** Of the whole file. */
  readonly total: number
  readonly etag: string | null
}

export interface FileText {
  readonly text: string | null
  readonly isBinary: boolean
  /** Bytes. */
  readonly loaded: number
  readonly total: number
  readonly error: Error | null
  readonly isLoading: boolean
  readonly more: (() => void) | null
  readonly retry: () => void
}

/** The text of a file, from its beginning as far as it was asked for. */
export function useFileText(url: string): FileText {
  const { data, error, fetchNextPage, hasNextPage, isFetching, refetch } = useInfiniteQuery({
    queryKey: ['file-text', url],
    initialPageParam: { from: 0, etag: null as string | null },
    gcTime: KEPT_MS,
    staleTime: 0,
    queryFn: ({ pageParam, signal }) => readPiece(url, pageParam, signal),
    getNextPageParam({ etag, total }, pieces) {
      const from = pieces.reduce((sum, { bytes }) => sum + bytes.length, 0)
      return from < total ? { from, etag } : undefined
    },
  })
  const pieces = data?.pages
  const text = useMemo(
    () =>
      pieces &&
      decodeText(
        pieces.map(({ bytes }) => bytes),
        pieces[0]!.charset,
      ),
    [pieces],
  )
  return {
    text: text ?? null,
    isBinary: pieces !== undefined && isBinary(pieces[0]!.bytes, pieces[0]!.charset),
    loaded: pieces?.reduce((sum, { bytes }) => sum + bytes.length, 0) ?? 0,
    total: pieces?.[0]?.total ?? 0,
    error,
    isLoading: isFetching,
    more: hasNextPage ? () => void fetchNextPage() : null,
    retry: () => void refetch(),
  }
}

async function readPiece(
  url: string,
  { etag, from }: { from: number; etag: string | null },
  signal: AbortSignal,
): Promise<Piece> {
  const range = `bytes=${from}-${from + PIECE_BYTES - 1}`
  const headers = { range, ...(etag !== null && { 'if-match': etag }) }
  const answer = await fetch(url, { signal, headers })
  // An empty file has no range that could be asked for.
  if (answer.status === 416) return { bytes: new Uint8Array(0), charset: 'utf-8', total: 0, etag: null }
  if (!answer.ok) throw await problemOf(answer)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  return {
    bytes,
    charset: charsetOf(answer.headers.get('content-type')),
    total: Number(/\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? bytes.length),
    etag: answer.headers.get('etag'),
  }
}
