import { z } from 'zod'
import { defineJobOn, priorities } from '../../jobs/index.ts'
import type { FetchHost, FetchReport } from '../peers/peer-sidecars.ts'

/** The part of a library that the job uses. */
interface FetchingLibrary {
  readonly sidecars: { readonly exchange: { fetchAhead(host: FetchHost): Promise<FetchReport> } }
}

/**
 * Fetches sidecars from other devices in advance. Each library has at most one such job, because the job has limits of
 * its own.
 */
export const fetchSidecars = defineJobOn<FetchingLibrary>()({
  name: 'sidecars.fetch',
  summary: 'Fetch sidecars that other devices have made of the same contents',
  input: z.object({}),
  // Fetched sidecars are in the rows, and after a restart the other devices send their digests again.
  state: z.object({}),
  initial: {},
  output: z.object({
    fetched: z.number(),
    /** The number of sidecars that other devices announced but did not send. */
    missing: z.number(),
    /** Why the remaining sidecars were held back; null if none remain. */
    held: z.string().nullable(),
  }),
  concurrency: 'network',
  priority: priorities.low,
  key: () => 'all',
  run: (_input, { library, progress, signal }) => library.sidecars.exchange.fetchAhead({ progress, signal }),
})
