import type { InputOf, OutputOf, QueryName } from '@spacedrive/client'
import { useQuery, useQueryClient, type UseQueryOptions, type UseQueryResult } from '@tanstack/react-query'
import { useEffect } from 'react'
import { connection } from './daemon.ts'
import { ask } from './operations.ts'
import { isStale, OPERATION, staleBy } from './stale.ts'

/** The first part of the key of an answer that is asked for again in its own time. */
const CALM = 'calm-operation'

/** How an answer is kept that no event makes stale at once. */
export function askCalmly<N extends QueryName>(name: N, input: InputOf<N>): UseQueryOptions<OutputOf<N>> {
  return { ...ask(name, input), queryKey: [CALM, name, input] }
}

/** Says that answers of an operation are stale that are kept by `askCalmly`. */
export function isCalm(name: QueryName) {
  return ({ queryKey }: { queryKey: readonly unknown[] }): boolean => queryKey[0] === CALM && queryKey[1] === name
}

/**
 * As `useOperation`, for what the daemon goes through a whole library for: while files change all the time it is asked
 * for again `everyMs` after a change, and never while an answer is on its way. The last answer stays meanwhile.
 */
export function useCalmOperation<N extends QueryName>(
  name: N,
  input: InputOf<N>,
  { everyMs, ...options }: { everyMs: number } & Pick<UseQueryOptions<OutputOf<N>>, 'placeholderData' | 'enabled'>,
): UseQueryResult<OutputOf<N>> {
  const client = useQueryClient()
  // Nobody listens for what changes while no page shows it.
  const result = useQuery({ ...askCalmly(name, input), refetchOnMount: 'always', ...options })
  const { refetch } = result
  const text = JSON.stringify(input)
  useEffect(() => {
    const asked = JSON.parse(text) as InputOf<N>
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      // What is on its way may not know of the change yet.
      if (client.isFetching({ queryKey: [CALM, name, asked], exact: true }) > 0) timer = setTimeout(refresh, everyMs)
      else {
        timer = undefined
        void refetch()
      }
    }
    const stop = connection.onEvent((heard) => {
      const stale = staleBy(heard)
      if (stale && !stale.some((each) => isStale(each, [OPERATION, name, asked]))) return
      timer ??= setTimeout(refresh, everyMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [client, everyMs, name, refetch, text])
  return result
}
