import { QueryClient } from '@tanstack/react-query'
import { webSocketTransport } from './browser-transport.ts'
import { Connection, type Heard } from './connection.ts'
import { isStale, OPERATION, type Stale, staleBy } from './stale.ts'

/** Events of this long are taken together: a burst asks once. */
const GATHER_MS = 100
/** Kept answers that no page shows: those of the way back. */
const KEPT_MS = 10 * 60_000

/** The one connection and the one store of answers of this page. */
export const connection = new Connection(webSocketTransport(), __VERSION__)

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Events say when an answer is stale; time does not.
      staleTime: Infinity,
      gcTime: KEPT_MS,
      retry: false,
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      // The daemon is on this machine, whatever the network is.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always', retry: false },
  },
})

let gathered: Stale[] | null = []
let timer: ReturnType<typeof setTimeout> | undefined

connection.onEvent((heard: Heard) => {
  const stale = staleBy(heard)
  gathered = stale && gathered ? [...gathered, ...stale] : null
  timer ??= setTimeout(invalidate, GATHER_MS)
})

function invalidate(): void {
  const stale = gathered
  gathered = []
  timer = undefined
  void queryClient.invalidateQueries({
    predicate: ({ queryKey }) =>
      queryKey[0] === OPERATION && (stale === null || stale.some((each) => isStale(each, queryKey))),
  })
}
