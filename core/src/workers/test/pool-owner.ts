import { ProcessPool } from '../process-pool.ts'

/** Has a process with something to do, or with nothing, says which, and waits to be killed. */
const pool = new ProcessPool<string, string>({
  name: 'test',
  entry: new URL('troubled-child.ts', import.meta.url),
  processes: 1,
  memoryMiB: 300,
  box: null,
})
await pool.run('warm', { deadlineMs: 60_000 })
const [, , state = ''] = process.argv
if (state !== 'idle') void pool.run(state, { deadlineMs: 600_000 }).catch(() => {})
process.stdout.write(`${pool.pids[0]}\n`)
setInterval(() => {}, 60_000)
