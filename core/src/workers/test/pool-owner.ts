import type { BoxState } from '../box/box-state.ts'
import { ProcessPool } from '../process-pool.ts'

export interface OwnerTask {
  /** The request that the process works on when its parent is killed; `idle` for none. */
  readonly request: string
  /** The folder for the folders of the process. */
  readonly folder: string
  /** The layer of its box. */
  readonly state: BoxState
}

/** Starts a process with or without work, prints its id, and waits to be killed. */
const { folder, request, state } = JSON.parse(process.argv[2]!) as OwnerTask
const pool = new ProcessPool<string, string>({
  name: 'test',
  entry: new URL('troubled-child.ts', import.meta.url),
  processes: 1,
  memoryMiB: 300,
  box: { programs: [], temporary: folder, parse: (reply) => reply },
  layer: () => Promise.resolve(state),
})
await pool.run('warm', { deadlineMs: 120_000 })
if (request !== 'idle') void pool.run(request, { deadlineMs: 600_000 }).catch(() => {})
process.stdout.write(`${pool.pids[0]}\n`)
setInterval(() => {}, 60_000)
