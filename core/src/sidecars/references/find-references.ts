import { z } from 'zod'
import { defineJobOn, priorities } from '../../jobs/index.ts'
import type { References } from './references.ts'

/** Finds companion files: videos of Live Photos, and XMP files. One job at a time in a library. */
export const findReferences = defineJobOn<{ readonly references: References }>()({
  name: 'sidecars.references',
  summary: 'Find the videos of Live Photos and the XMP files that belong to others',
  input: z.object({}),
  // The rows hold the progress.
  state: z.object({}),
  initial: {},
  output: z.object({ found: z.number(), removed: z.number() }),
  concurrency: 'io',
  priority: priorities.low,
  retries: 2,
  key: () => 'all',
  run: (_input, { items, library, progress, signal, warn }) =>
    library.references.find({ items, progress, signal, warn }),
})
