import { Job, JobStatus, LibraryStatistics, Location, Volume } from '@spacedrive/core/domain'
import { ops } from '../ops/index.ts'
import { z } from 'zod'
import { MAX_ITEMS, MAX_STATISTICS_LINES } from './limits.ts'
import { defineTool, fitting, page } from './tool.ts'

export const librariesTool = defineTool({
  name: 'libraries_list',
  title: 'List libraries',
  description: 'List the libraries on this machine. Other tools accept a library name or id as `library`.',
  strangers: false,
  input: {},
  output: { items: ops['libraries.list'].output },
  run: async (_input, ask) => ({ items: await ask('libraries.list', {}) }),
})

export const locationsTool = defineTool({
  name: 'locations_list',
  title: 'List locations',
  description:
    'List the folders that a library indexes, with the number and size of their files and whether they are online. Call this tool first.',
  strangers: true,
  input: {},
  output: {
    items: z.array(Location.omit({ policy: true, rules: true, maxDepth: true })),
    total: z.number(),
  },
  async run(_input, ask) {
    const all = await ask('locations.list', {})
    return { items: all.slice(0, MAX_ITEMS), total: all.length }
  },
})

export const volumesTool = defineTool({
  name: 'volumes_list',
  title: 'List disks',
  description:
    'List the disks of this machine and the disks that the library remembers: size, free space, and whether they are plugged in.',
  strangers: false,
  input: {},
  output: { items: z.array(Volume), total: z.number() },
  async run(_input, ask) {
    const all = await ask('volumes.list', {})
    return { items: all.slice(0, MAX_ITEMS), total: all.length }
  },
})

export const statisticsTool = defineTool({
  name: 'statistics_library',
  title: 'Show library statistics',
  description:
    'Count the files and bytes of a library by type, extension, year, location, folder and disk, and the space that duplicates use.',
  strangers: true,
  input: {},
  output: LibraryStatistics.omit({ growth: true, sidecars: true }).shape,
  async run(_input, ask) {
    const { byExtension, byLocation, byVolume, byYear, topFolders, ...rest } = await ask('statistics.library', {})
    return {
      ...rest,
      byExtension: first(byExtension),
      byLocation: first(byLocation),
      byVolume: first(byVolume),
      byYear: first(byYear),
      topFolders: first(topFolders),
    }
  },
})

export const jobsTool = defineTool({
  name: 'jobs_list',
  title: 'List jobs',
  description:
    'List the running and past jobs of a library, newest first. Use it to see whether indexing is complete and which jobs failed.',
  strangers: false,
  input: { status: JobStatus.optional().describe('only jobs in this state'), limit: page.limit },
  output: {
    items: z.array(Job.omit({ parentId: true, priority: true, attempts: true })),
  },
  run: ({ limit, status }, ask) =>
    fitting(limit, async (some) => ({ items: await ask('jobs.list', { limit: some, ...(status && { status }) }) })),
})

function first<T>(items: readonly T[]): T[] {
  return items.slice(0, MAX_STATISTICS_LINES)
}
