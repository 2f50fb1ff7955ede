import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { memoryOf } from './harness/machine.ts'
import { shapes } from './tree.ts'
import { jobsIdle, startDaemon } from './engine/daemon-process.ts'

/** Threads end when they had nothing to do for a while, and give their memory back. */
const IDLE_MS = 75_000

export const memory = defineBenchmark({
  name: 'memory',
  title: 'memory of the daemon, and size of its database',
  runs: 3,
  figures: [
    { id: 'empty', what: 'the daemon, with an empty library', unit: 'MB', goal: { atMost: 80 } },
    { id: 'peak', what: 'the most while 1,000,000 files are indexed', unit: 'MB', goal: { atMost: 450 } },
    { id: 'idle', what: 'with 1,000,000 files and 60,000 watched folders, idle', unit: 'MB', goal: { atMost: 300 } },
    { id: 'entry', what: 'database for each entry, indexes included', unit: 'bytes', goal: { atMost: 250 } },
  ],
  remarks: [
    `Resident memory of the whole process, as the kernel counts it; idle is ${IDLE_MS / 1_000} s after the last job, restarted once.`,
  ],
  async setup({ scratch, tree }) {
    const path = tree('million')
    const dataDir = join(scratch('memory'), 'data')
    return [
      {
        name: OURS,
        async measure() {
          rmSync(dataDir, { recursive: true, force: true })
          return { ...(await indexing(dataDir, path)), ...(await watching(dataDir)) }
        },
      },
    ]
  },
})

async function indexing(dataDir: string, path: string) {
  await using daemon = await startDaemon(dataDir)
  await wait(IDLE_MS)
  const { rss: empty } = memoryOf(daemon.pid)
  const { job } = await daemon.client.action('locations.add', { path, mode: 'shallow' })
  await daemon.client.query('jobs.wait', { job: job.id })
  return { empty, peak: memoryOf(daemon.pid).peak }
}

async function watching(dataDir: string) {
  await using daemon = await startDaemon(dataDir)
  // First the folders are watched, and only then the job begins.
  await wait(IDLE_MS)
  await jobsIdle(daemon.client)
  await wait(IDLE_MS)
  const { rss: idle } = memoryOf(daemon.pid)
  const [library] = await daemon.client.query('libraries.list', {})
  const entries = shapes.million.files + shapes.million.directories
  return { idle, entry: databaseBytes(library!.path) / entries }
}

/** The database and what is still in its log. */
function databaseBytes(dir: string): number {
  return readdirSync(dir)
    .filter((file) => file.startsWith('database.db'))
    .reduce((sum, file) => sum + statSync(join(dir, file)).size, 0)
}
