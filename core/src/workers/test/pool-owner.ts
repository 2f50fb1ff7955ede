import type { BoxState } from '../box/box-state.ts'
import { ProcessPool } from '../process-pool.ts'

export interface OwnerTask {
  /** What the process does when its parent is killed; nothing if `idle`. */
  readonly request: string
  /** For the folders of the process. */
  readonly folder: string
  /** The layer of its box. */
  readonly state: BoxState
}

/** Has a process with something to do, or with nothing, says which, and waits to be killed. */
const { folder, request, state } = JSON.parse(process.argv[2]!) as OwnerTask
const pool = new ProcessPool<string, string>({
  name: 'test',
  entry: new URL('troubled-child.ts', import.meta.url),
  processes: 1,
  memoryMiB: 300,
  box: { programs: [], temporary: folder, parse: (reply) => reply },
  layer: () => Promise.resolve(state),
})
await pool.run('warm', { deadlineMs: 60_000 })
if (request !== 'idle') void pool.run(request, { deadlineMs: 600_000 }).catch(() => {})
process.stdout.write(`${pool.pids[0]}\n`)
setInterval(() => {}, 60_000)
