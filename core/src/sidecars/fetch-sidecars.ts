import { z } from 'zod'
import { defineJob, priorities } from '../jobs/index.ts'

/** Fetches what other devices have made before anybody asks for it. One at a time in a library: it has its own limits. */
export const fetchSidecars = defineJob({
  name: 'sidecars.fetch',
  summary: 'Fetch what other devices have made of the same contents',
  input: z.object({}),
  // What has come is in the rows; what is to come is heard anew after a restart.
  state: z.object({}),
  initial: {},
  output: z.object({
    fetched: z.number(),
    /** What the others did not send after all. */
    missing: z.number(),
    /** Why the rest waits; null where nothing does. */
    held: z.string().nullable(),
  }),
  concurrency: 'network',
  priority: priorities.low,
  key: () => 'all',
  run: (_input, { library, progress, signal }) => library.sidecars.fetchAhead({ progress, signal }),
})
