import { closeSync, openSync } from 'node:fs'
import type { BoxState } from '../box/box-state.ts'
import { ProcessPool } from '../process-pool.ts'

/**
 * Sends a request while no file can be opened, and again when files can be opened. Prints both outcomes. Arguments: the
 * layer of the box, and the folder for its processes.
 */
const [, , state = '', folder = ''] = process.argv
await using pool = new ProcessPool<string, string>({
  name: 'test',
  entry: new URL('troubled-child.ts', import.meta.url),
  processes: 1,
  memoryMiB: 300,
  recycleAfter: 1,
  box: state === 'null' ? null : { programs: [], temporary: folder, parse: (reply) => reply },
  layer: () => Promise.resolve(JSON.parse(state) as BoxState),
})
// Loads everything that is loaded only once.
await pool.run('warm', { deadlineMs: 120_000 })
const files: number[] = []
try {
  for (;;) files.push(openSync('/dev/null', 'r'))
} catch {
  // All descriptors are used up.
}
const outcome = (request: string) =>
  pool.run(request, { deadlineMs: 120_000 }).then(
    (reply) => reply.split(' ')[0],
    ({ code, details, message }: { code: string; details: unknown; message: string }) => ({ code, details, message }),
  )
const crowded = [await outcome('a'), await outcome('b')]
for (const fd of files) closeSync(fd)
process.stdout.write(JSON.stringify([...crowded, await outcome('c')]))
