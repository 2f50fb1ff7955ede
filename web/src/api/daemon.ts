import { QueryClient } from '@tanstack/react-query'
import { browserTransport } from './browser-transport.ts'
import { Connection, type Heard } from './connection.ts'
import { isStale, joined, OPERATION, type Stale, staleBy } from './stale.ts'

/** Events of this long are taken together: a burst asks once. */
const GATHER_MS = 100
/** How long answers are waited for before others are asked for. */
const PATIENCE_MS = 3_000
/** With more that is stale at a time, everything is. */
const MAX_GATHERED = 500
/** Kept answers that no page shows: those of the way back. */
const KEPT_MS = 10 * 60_000

/** The one connection and the one store of answers of this page. */
export const connection = new Connection(browserTransport(), __VERSION__)

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

/** What has become stale since it was asked for last; null: all. */
let gathered: Stale[] | null = []
let isAsking = false

connection.onEvent((heard: Heard) => {
  const stale = staleBy(heard)
  gathered = stale && gathered && gathered.length < MAX_GATHERED ? joined(gathered, stale) : null
  if (!isAsking) void askAgain()
})

/**
 * Each time comes to its end before the next: events that do not end would otherwise keep every answer from coming. One
 * that takes too long, as of a disk that does not answer, is not waited for.
 */
async function askAgain(): Promise<void> {
  isAsking = true
  while (gathered === null || gathered.length > 0) {
    await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
    const stale = gathered
    gathered = []
    const asked = queryClient.invalidateQueries({
      predicate: ({ queryKey }) =>
        queryKey[0] === OPERATION && (stale === null || stale.some((each) => isStale(each, queryKey))),
    })
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))])
  }
  isAsking = false
}
