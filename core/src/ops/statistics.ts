import { z } from 'zod'
import { LibraryStatistics } from '../domain/statistics.ts'
import { defineQuery } from './define.ts'

export const libraryStatistics = defineQuery({
  name: 'statistics.library',
  scope: 'library',
  staleBy: ['totals', 'volumes'],
  access: 'view',
  summary: 'Show statistics of the library: by type, folder, age, volume and extension, copies, and growth',
  input: z.object({}),
  output: LibraryStatistics,
  cli: { words: ['statistics'], examples: ['statistics', 'statistics --library Photos --json'] },
  run: (_input, { library }) => library.overview.statistics(),
})

/** The operations of this file, in the order in which help and docs/operations.md list them. */
export const operations = [libraryStatistics] as const
