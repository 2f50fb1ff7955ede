import { z } from 'zod'
import { defineJobOn, type JobItems, priorities, type ProgressUpdate } from '../../jobs/index.ts'
import type { ErrorCode } from '../../util/errors.ts'

/** The part of the running job that `References.find` uses. */
export interface FindHost {
  readonly items: JobItems
  readonly signal: AbortSignal
  progress(update: ProgressUpdate): void
  warn(warning: { code: ErrorCode; message: string; path?: string | undefined }): void
}

/** The part of a library that the job uses. */
interface FindingLibrary {
  readonly references: { find(host: FindHost): Promise<{ found: number; removed: number }> }
}

/** Finds companion files: videos of Live Photos, and XMP files. One job at a time in a library. */
export const findReferences = defineJobOn<FindingLibrary>()({
  name: 'sidecars.references',
  summary: 'Find the videos of Live Photos and the XMP files that belong to other files',
  input: z.object({}),
  // The progress is in the rows.
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
