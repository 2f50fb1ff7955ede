import { join } from 'node:path'
import { z } from 'zod'
import { silentLogger } from '@spacedrive/core'
import { defineJob, JobManager } from '../core/src/jobs/index.ts'
import { defineBenchmark, OURS } from './harness/benchmark.ts'
import { quantile } from './harness/statistics.ts'

const JOBS = 5_000
const CHECKPOINTS = 500

export const jobs = defineBenchmark({
  name: 'jobs',
  title: 'what a job costs that does nothing',
  runs: 5,
  figures: [
    {
      id: 'rate',
      what: `${JOBS} jobs, from the first request to the last end`,
      unit: 'jobs/s',
      goal: { atLeast: 5_000 },
    },
    { id: 'checkpoint', what: `a checkpoint, 95 % of ${CHECKPOINTS}`, unit: 'ms', goal: { atMost: 5 } },
  ],
  async setup({ parts, scratch }) {
    const dir = scratch('jobs')
    const times: number[] = []
    const manager = parts.use(
      await JobManager.open<object>({
        file: join(dir, 'jobs.db'),
        logDir: join(dir, 'logs'),
        definitions: [trivial, checkpointing(times)],
        emit: () => {},
        log: silentLogger,
      }),
    )
    manager.start({})
    // What runs jobs lets a process end; here nothing else keeps it.
    const alive = setInterval(() => {}, 1_000)
    parts.defer(() => clearInterval(alive))
    return [
      {
        name: OURS,
        async measure() {
          const begun = performance.now()
          await Promise.all(Array.from({ length: JOBS }, () => manager.enqueue(trivial, {})))
          await manager.idle()
          const rate = JOBS / ((performance.now() - begun) / 1_000)
          times.length = 0
          await manager.enqueueByName('bench.checkpointing', {})
          await manager.idle()
          return { rate, checkpoint: quantile(times, 0.95) }
        },
      },
    ]
  },
})

const nothing = z.object({})

const trivial = defineJob<'bench.trivial', typeof nothing, typeof nothing, typeof nothing, object>({
  name: 'bench.trivial',
  summary: 'Does nothing',
  input: nothing,
  state: nothing,
  output: nothing,
  initial: {},
  run: async () => ({}),
})

function checkpointing(times: number[]) {
  const state = z.object({ after: z.number() })
  return defineJob<'bench.checkpointing', typeof nothing, typeof state, typeof nothing, object>({
    name: 'bench.checkpointing',
    summary: 'Keeps its state again and again',
    input: nothing,
    state,
    output: nothing,
    initial: { after: 0 },
    async run(_input, { checkpoint }) {
      for (let after = 0; after < CHECKPOINTS; after++) {
        const begun = performance.now()
        await checkpoint({ after })
        times.push(performance.now() - begun)
      }
      return {}
    },
  })
}
