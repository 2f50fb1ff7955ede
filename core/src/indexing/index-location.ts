import { z } from 'zod'
import { EntryCounts } from '../domain/location.ts'
import { defineJobOn } from '../jobs/index.ts'
import { IndexInput } from './index-input.ts'
import type { IndexRun } from './index-run.ts'
import type { RunHost } from './indexing-parts.ts'

const phases = ['discover', 'aggregate', 'identify', 'queue'] as const

const Seconds = z.object({
  discover: z.number(),
  process: z.number(),
  aggregate: z.number(),
  identify: z.number(),
  queue: z.number(),
  total: z.number(),
})

const Changes = z.object({ added: z.number(), modified: z.number(), moved: z.number(), removed: z.number() })

/** The output of an index run. Seconds count only its own processes, not those that were killed. */
export const IndexOutput = z.object({
  counts: EntryCounts,
  changes: Changes,
  identified: z.number(),
  queued: z.number(),
  seconds: Seconds,
})

const State = z.object({
  phase: z.enum(phases),
  /** When the run began, in milliseconds: folders recorded since then are done. */
  startedAt: z.number().nullable(),
  /** Files with row ids up to this one have been looked at. */
  after: z.number(),
  changes: Changes,
  identified: z.number(),
  seconds: Seconds,
})
type State = z.infer<typeof State>

/** The part of the indexer that the job uses. */
interface IndexRuns {
  begin(input: IndexInput, host: RunHost): Promise<IndexRun>
}

/** Brings the index of a location, or of a folder in it, up to date: the five phases of an index run. */
export const indexLocation = defineJobOn<{ readonly indexing: IndexRuns }>()({
  name: 'indexing.location',
  summary: 'Compare a location with the disk, identify content, queue what can be derived from it',
  input: IndexInput,
  state: State,
  output: IndexOutput,
  initial: {
    phase: 'discover',
    startedAt: null,
    after: 0,
    changes: { added: 0, modified: 0, moved: 0, removed: 0 },
    identified: 0,
    seconds: { discover: 0, process: 0, aggregate: 0, identify: 0, queue: 0, total: 0 },
  },
  concurrency: 'cpu',
  retries: 2,
  key: ({ locationId, path, scope, mode, force, everyRow, reason }) =>
    [locationId, path ?? '', scope, mode ?? '', force, everyRow, reason].join('|'),
  subject: ({ locationId }) => locationId,
  async run(input, { items, library, state, signal, checkpoint, progress, warn }) {
    const run = await library.indexing.begin(input, { items, signal, progress, warn })
    const current: State = { ...structuredClone(state), startedAt: state.startedAt ?? run.startedAt }
    const timed = async (name: keyof State['seconds'], work: () => Promise<void>): Promise<void> => {
      const begun = performance.now()
      await work()
      const seconds = (performance.now() - begun) / 1_000
      current.seconds[name] += seconds
      current.seconds.total += seconds
    }
    const next = async (phase: State['phase']): Promise<void> => {
      current.phase = phase
      await checkpoint(current)
    }
    if (current.phase === 'discover') {
      // Store the start time before the scan begins: a run after a crash skips the folders that were recorded since
      // then.
      await checkpoint(current)
      await timed('discover', async () => {
        const report = await run.scan(current.startedAt!)
        for (const key of ['added', 'modified', 'moved', 'removed'] as const)
          current.changes[key] += report.changes[key]
        current.seconds.process += report.processMs / 1_000
        current.seconds.discover -= report.processMs / 1_000
      })
      await next('aggregate')
    }
    if (current.phase === 'aggregate') {
      await timed('aggregate', () => run.aggregate())
      await next('identify')
    }
    if (current.phase === 'identify') {
      await timed('identify', async () => {
        const report = await run.identify(current.after, async (after) => {
          current.after = after
          await checkpoint(current)
        })
        current.identified += report.identified
      })
      await next('queue')
    }
    let queued = 0
    await timed('queue', async () => {
      queued = await run.queue()
    })
    const { counts } = await run.end()
    return { counts, changes: current.changes, identified: current.identified, queued, seconds: current.seconds }
  },
})
