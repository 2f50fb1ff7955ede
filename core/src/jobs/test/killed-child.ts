import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { errorMessage } from '../../util/errors.ts'
import { silentLogger } from '../../util/logger.ts'
import { defineJob, JobManager } from '../index.ts'

/** A process that `kill.test.ts` kills: it goes on with the job in its folder until that has ended, or nearly so. */
const [dir, batches, until] = process.argv.slice(2)
/** How long a process waits to be killed that has only the last batch to do. */
const WAIT_MS = 3_600_000

function note(line: string): void {
  appendFileSync(join(dir!, 'diary'), `${line}\n`)
}

const work = defineJob({
  name: 'test.batches',
  summary: 'Work in batches',
  input: z.object({ batches: z.number() }),
  state: z.object({ next: z.number() }),
  initial: { next: 0 },
  output: z.object({ batches: z.number() }),
  retries: 0,
  key: () => 'one',
  async run(input, { state, checkpoint, progress, warn }) {
    for (let batch = state.next; batch < input.batches; batch++) {
      if (until === 'killed' && batch === input.batches - 1) await setTimeout(WAIT_MS)
      note(`begin ${batch}`)
      await setImmediate()
      warn({ code: 'Unavailable', message: `warning of batch ${batch}` })
      progress({ done: batch + 1, total: input.batches })
      await checkpoint({ next: batch + 1 })
      note(`finished ${batch}`)
    }
    return { batches: input.batches }
  },
})

const jobs = await JobManager.open<object>({
  file: join(dir!, 'jobs.db'),
  logDir: join(dir!, 'logs'),
  definitions: [work],
  emit: (type) => {
    if (type === 'job.started') process.send?.('started')
  },
  log: { ...silentLogger, warn: (fields, message) => note(`problem ${message} ${JSON.stringify(fields)}`) },
})
jobs.start({})
try {
  if (jobs.list().length === 0) await jobs.enqueue(work, { batches: Number(batches) })
  await jobs.idle()
} catch (err) {
  note(`problem ${errorMessage(err)}`)
}
await jobs.close()
process.disconnect?.()
