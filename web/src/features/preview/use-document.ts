import type { OutputOf } from '@spacedrive/client'
import { useQueries, useQuery, type UseQueryResult } from '@tanstack/react-query'
import { connection, pathOf } from '../../api/index.ts'
import type { ShownFile } from './use-file.ts'

export type DocumentPage = OutputOf<'files.document'>
export type DocumentBlock = DocumentPage['blocks'][number]
export type DocumentRun = DocumentBlock['runs'][number]

/** A document may be large: its pages are not kept long once nobody reads them. */
const KEPT_MS = 60_000
/** The daemon sends no more cells at once. */
const PAGE_CELLS = 20_000
const PAGE_ROWS = 200

function askFor(file: ShownFile, page: { sheet: number; offset: number; limit: number }) {
  const path = file.standIn?.path ?? pathOf(file.entry)
  return {
    queryKey: ['document', path, page],
    gcTime: KEPT_MS,
    retry: false,
    queryFn: ({ signal }: { signal: AbortSignal }) => askAll(path, page, signal),
  }
}

/** A page; where the daemon sends fewer blocks, because they have much in them, it is asked for the others. */
async function askAll(
  path: string,
  { limit, offset, sheet }: { sheet: number; offset: number; limit: number },
  signal: AbortSignal,
): Promise<DocumentPage> {
  const page = await connection.query('files.document', { path, sheet, offset, limit }, { signal })
  const blocks = [...page.blocks]
  const wanted = page.kind === 'blocks' ? Math.min(limit, page.total - offset) : 0
  while (blocks.length < wanted) {
    const rest = { path, sheet, offset: offset + blocks.length, limit: wanted - blocks.length }
    const more = await connection.query('files.document', rest, { signal })
    // The file has changed, and is shorter.
    if (more.blocks.length === 0) break
    blocks.push(...more.blocks)
  }
  return { ...page, blocks }
}

/** What a document is, with its first row or block. */
export function useDocument(file: ShownFile): UseQueryResult<DocumentPage> {
  return useQuery(askFor(file, { sheet: 1, offset: 0, limit: 1 }))
}

/** The first row of a sheet, with the facts about it. */
export function useSheet(file: ShownFile, sheet: number): UseQueryResult<DocumentPage> {
  return useQuery(askFor(file, { sheet, offset: 0, limit: 1 }))
}

/** Rows or blocks from one to another, each undefined until it is loaded. */
export function useDocumentItems<Item>(
  file: ShownFile,
  { columns = 1, first, last, sheet = 1 }: { sheet?: number; columns?: number; first: number; last: number },
  itemsOf: (page: DocumentPage) => readonly Item[],
): (index: number) => Item | undefined {
  const limit = Math.max(1, Math.min(PAGE_ROWS, Math.floor(PAGE_CELLS / Math.max(1, columns))))
  const firstPage = Math.floor(first / limit)
  const count = Math.max(1, Math.floor(last / limit) - firstPage + 1)
  const answers = useQueries({
    queries: Array.from({ length: count }, (_, i) => askFor(file, { sheet, offset: (firstPage + i) * limit, limit })),
  })
  return (index) => {
    const page = answers[Math.floor(index / limit) - firstPage]?.data
    return page && itemsOf(page)[index % limit]
  }
}
