import { z } from 'zod'
import { SidecarKind } from '../domain/index.ts'
import { defineJob, priorities } from '../jobs/index.ts'

/** Makes what is pending, the most wanted kind first. One at a time in a library: it keeps all its processes busy. */
export const generateSidecars = defineJob({
  name: 'sidecars.generate',
  summary: 'Make what is derived from files: pictures of them, text in them',
  input: z.object({}),
  // What is done is done in the rows.
  state: z.object({}),
  initial: {},
  output: z.object({
    made: z.number(),
    failed: z.number(),
    skipped: z.number(),
    waiting: z.number(),
    /** What waits for the machine, and why. */
    held: z.array(z.object({ kind: SidecarKind, code: z.string(), reason: z.string() })),
  }),
  // Its processes are where the work is done, and there are only so many: no index run waits for them.
  concurrency: 'io',
  priority: priorities.low,
  // A full disk: it goes on once there is room.
  retries: 1_000,
  key: () => 'all',
  run: (_input, { items, library, signal, progress, warn }) =>
    library.sidecars.generatePending({ items, signal, progress, warn }),
})
