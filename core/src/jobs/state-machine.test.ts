import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JobId, JobStatus } from '../domain/index.ts'
import { CoreError } from '../util/errors.ts'
import { createGated, openTestQueue, type TestQueue, until } from './test/test-queue.ts'

/** The model that the queue must match: every job runs unless a control has changed it. */
interface Model {
  jobs: { id: JobId; key: string; status: JobStatus; runs: number }[]
}

interface Real {
  queue: TestQueue
  gated: ReturnType<typeof createGated>
}

type Control = 'pause' | 'resume' | 'cancel' | 'retry'
type Step = { do: 'enqueue' } | { do: 'restart' } | { do: 'finish' | 'fail' | Control; which: number }

/** The status after each control, or null if the control is refused. Queued jobs run at once: there are enough slots. */
const table: Record<Control, Record<JobStatus, JobStatus | null>> = {
  pause: { queued: 'paused', running: 'paused', paused: 'paused', completed: null, failed: null, cancelled: null },
  resume: { queued: 'running', running: 'running', paused: 'running', completed: null, failed: null, cancelled: null },
  cancel: {
    queued: 'cancelled',
    running: 'cancelled',
    paused: 'cancelled',
    completed: null,
    failed: null,
    cancelled: 'cancelled',
  },
  retry: { queued: null, running: null, paused: null, completed: null, failed: 'running', cancelled: 'running' },
}

const which = fc.nat(7)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Step>({ do: 'enqueue' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'restart' }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constantFrom('finish', 'fail', 'pause', 'resume', 'cancel', 'retry'), which }),
  },
)

test('after any sequence of controls and restarts every job is where a plain table says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const gated = createGated()
      await using queue = await openTestQueue([gated.job], { limits: { concurrency: { cpu: 1, io: 100, network: 1 } } })
      const model: Model = { jobs: [] }
      for (const next of steps) {
        await apply(next, model, { queue, gated })
        await until(() => model.jobs.every((job) => gated.isRunning(job.key) === (job.status === 'running')))
        const expected = model.jobs.map(({ id, status }) => ({ id, status })).toReversed()
        expect(queue.jobs.list().map(({ id, status }) => ({ id, status }))).toEqual(expected)
      }
      for (const { key, status, runs } of model.jobs) {
        if (status !== 'running') continue
        const { context } = await gated.running(key)
        expect(context.state.runs).toBe(runs)
      }
    }),
    { numRuns: 40 },
  )
})

async function apply(next: Step, model: Model, { queue, gated }: Real): Promise<void> {
  if (next.do === 'enqueue') {
    const key = String(model.jobs.length)
    const { id } = await queue.jobs.enqueue(gated.job, { key })
    model.jobs.push({ id, key, status: 'running', runs: 1 })
    return
  }
  if (next.do === 'restart') {
    await queue.reopen()
    for (const job of model.jobs) if (job.status === 'running') job.runs++
    return
  }
  const job = model.jobs[next.which]
  if (!job) return
  if (next.do === 'finish' || next.do === 'fail') {
    if (job.status !== 'running') return
    const gate = await gated.running(job.key)
    if (next.do === 'finish') gate.open('done')
    else gate.fail(new CoreError('Corrupt', 'no'))
    job.status = next.do === 'finish' ? 'completed' : 'failed'
    await queue.jobs.wait(job.id)
    return
  }
  const status = table[next.do][job.status]
  const done = await queue.jobs[next.do](job.id).then(
    () => true,
    (err: unknown) => !(err instanceof CoreError && err.code === 'Conflict'),
  )
  expect(done).toBe(status !== null)
  if (status === null) return
  if (status === 'running' && job.status !== 'running') job.runs++
  job.status = status
}
