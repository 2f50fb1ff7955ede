import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { CoreError, errorMessage } from '../../util/errors.ts'
import { defineJob } from '../index.ts'

/** Files between two checkpoints: a kill repeats no more than this. */
const BATCH = 2

/** The job of `docs/guides/add-a-job.md`. */
export const measureFolder = defineJob({
  name: 'examples.measure-folder',
  summary: 'Add up the sizes of the files in a folder',
  input: z.object({ path: z.string().describe('absolute path of the folder') }),
  state: z.object({ next: z.number(), bytes: z.number() }),
  initial: { next: 0, bytes: 0 },
  output: z.object({ files: z.number(), bytes: z.number() }),
  concurrency: 'io',
  key: ({ path }) => path,
  async run({ path }, { state, signal, checkpoint, progress, warn }) {
    const names = (await readdir(path).catch(unavailable)).toSorted()
    let { bytes } = state
    for (let next = state.next; next < names.length; next++) {
      signal.throwIfAborted()
      if (next % BATCH === 0) await checkpoint({ next, bytes })
      const file = join(path, names[next]!)
      try {
        bytes += (await stat(file)).size
      } catch (err) {
        warn({ code: 'PermissionDenied', message: errorMessage(err), path: file })
      }
      progress({ phase: 'measure', done: next + 1, total: names.length, bytes })
    }
    return { files: names.length, bytes }
  },
})

function unavailable(err: unknown): never {
  throw new CoreError('Unavailable', `the folder cannot be read: ${errorMessage(err)}`, { cause: err })
}
