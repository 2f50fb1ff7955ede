import type { ActionName, InputOf, OutputOf, QueryName } from '@spacedrive/client'
import {
  useMutation,
  useQuery,
  type UseMutationResult,
  type UseQueryOptions,
  type UseQueryResult,
} from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { connection, queryClient } from './daemon.ts'
import type { ConnectionState } from './connection.ts'
import { OPERATION } from './stale.ts'

type Options<T> = Pick<
  UseQueryOptions<T>,
  'enabled' | 'staleTime' | 'placeholderData' | 'refetchInterval' | 'gcTime' | 'retry'
>

/** How an answer of the daemon is asked for and kept, for `useQuery`, `useQueries` and `prefetchQuery`. */
export function ask<N extends QueryName>(name: N, input: InputOf<N>): UseQueryOptions<OutputOf<N>> {
  return {
    queryKey: [OPERATION, name, input],
    queryFn: ({ signal }) => connection.query(name, input, { signal }),
  }
}

/** Asks, and asks again when an event says that the answer is another one now. */
export function useOperation<N extends QueryName>(
  name: N,
  input: InputOf<N>,
  options?: Options<OutputOf<N>>,
): UseQueryResult<OutputOf<N>> {
  return useQuery({ ...ask(name, input), ...options })
}

/** Asks again for every answer of an operation that a page shows: no event says that it is another one now. */
export function askAgain(name: QueryName): void {
  void queryClient.invalidateQueries({ queryKey: [OPERATION, name] })
}

/**
 * An action as a button does it; its error is for `ErrorNote` or a toast. `confirm`: the button is the answer to a
 * question that says what is destroyed.
 */
export function useAction<N extends ActionName>(
  name: N,
  options: { readonly confirm?: boolean } = {},
): UseMutationResult<OutputOf<N>, Error, InputOf<N>> {
  return useMutation({
    mutationKey: [name],
    mutationFn: (input: InputOf<N>) => connection.action(name, input, options),
  })
}

/** Changes when the connection has come back. See `Connection.opened`. */
export function useOpened(): number {
  return useSyncExternalStore(connection.onState, () => connection.opened)
}

export function useConnection(): ConnectionState {
  return useSyncExternalStore(connection.onState, () => connection.state)
}
