import { z } from 'zod'
import { SidecarKind } from '../../domain/index.ts'
import { defineJobOn, priorities } from '../../jobs/index.ts'
import type { MakePendingHost, PendingReport } from './make-pending.ts'

/** The part of a library that the job uses. */
interface GeneratingLibrary {
  readonly sidecars: { readonly runner: { run(host: MakePendingHost): Promise<PendingReport> } }
}

/**
 * Makes all pending sidecars, the most wanted kind first. One job at a time in a library: it keeps all its processes
 * busy.
 */
export const generateSidecars = defineJobOn<GeneratingLibrary>()({
  name: 'sidecars.generate',
  summary: 'Make sidecars: thumbnails, texts, transcripts and others',
  input: z.object({}),
  // The progress is in the rows.
  state: z.object({}),
  initial: {},
  output: z.object({
    made: z.number(),
    failed: z.number(),
    skipped: z.number(),
    waiting: z.number(),
    /** The kinds that are on hold, with the reasons. */
    held: z.array(z.object({ kind: SidecarKind, code: z.string(), reason: z.string() })),
  }),
  // The work runs in separate processes, whose number is limited. So the job must not delay index runs.
  concurrency: 'io',
  priority: priorities.low,
  // If the disk is full, the job is repeated until there is free space.
  retries: 1_000,
  key: () => 'all',
  run: (_input, { items, library, signal, progress, warn }) =>
    library.sidecars.runner.run({ items, signal, progress, warn }),
})
