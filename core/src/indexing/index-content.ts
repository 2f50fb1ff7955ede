import { z } from 'zod'
import { LocationId } from '../domain/ids.ts'
import { defineJobOn, priorities } from '../jobs/index.ts'
import type { RunHost } from './indexing-parts.ts'
import type { IdentifyReport } from './thread/requests.ts'

/** The part of the indexer that the job uses. */
interface Identifying {
  identifyPending(locationId: string, host: RunHost): Promise<IdentifyReport>
}

/** Identifies the files that changed since the last run. Queued after the watcher has recorded changes. */
export const indexContent = defineJobOn<{ readonly indexing: Identifying }>()({
  name: 'indexing.content',
  summary: 'Identify the content of files that have changed',
  input: z.object({ locationId: LocationId }),
  state: z.object({}),
  output: z.object({ identified: z.number(), failed: z.number(), unsettled: z.number() }),
  initial: {},
  concurrency: 'io',
  priority: priorities.low,
  key: ({ locationId }) => locationId,
  subject: ({ locationId }) => locationId,
  async run({ locationId }, { items, library, signal, progress, warn }) {
    const { identified, failed, unsettled } = await library.indexing.identifyPending(locationId, {
      items,
      signal,
      progress,
      warn,
    })
    return { identified, failed, unsettled }
  },
})
