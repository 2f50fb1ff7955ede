import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { errorMessage } from '../../util/errors.ts'
import { silentLogger } from '../../util/logger.ts'
import { defineJob, JobManager } from '../index.ts'

/** A process that `kill.test.ts` kills: it goes on with the job in its folder until that has ended. */
const [dir, batches] = process.argv.slice(2)

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
