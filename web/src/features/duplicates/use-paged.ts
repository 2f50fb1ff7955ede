import type { InputOf, OutputOf } from '@spacedrive/client'
import { useInfiniteQuery } from '@tanstack/react-query'
import { connection } from '../../api/index.ts'

type PagedName = 'copies.list' | 'copies.unique'

/** Pages are forgotten soon after the page is left: the first one is quick. */
const KEPT_MS = 30_000

/**
 * Pages of copies, one after the other. They stay as they were while somebody looks through them: files that change do
 * not move what is looked at; `refetch` shows them as they are now.
 */
export function usePaged<N extends PagedName>(name: N, input: InputOf<N>) {
  return useInfiniteQuery({
    queryKey: ['copies', name, input],
    queryFn: ({ pageParam, signal }) =>
      connection.query(name, { ...input, ...(pageParam !== null && { cursor: pageParam }) }, { signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last: OutputOf<N>) => last.cursor,
    gcTime: KEPT_MS,
  })
}
