import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { defineJob } from './index.ts'
import { createNoop, openTestQueue } from './test/test-queue.ts'

test('a hundred thousand queued jobs take little memory and are all run', async () => {
  const count = 100_000
  let ran = 0
  const counter = defineJob({
    ...createNoop(),
    run: async () => {
      ran++
      return null
    },
  })
  await using queue = await openTestQueue([counter], {
    start: false,
    hear: false,
    // Fewer, larger transactions: this is about the length of the queue.
    limits: { concurrency: { cpu: 1, io: 64, network: 1 } },
  })
  const before = heapInUse()
  for (let n = 0; n < count; n += 1_000) {
    await Promise.all(Array.from({ length: 1_000 }, (_, i) => queue.jobs.enqueue(counter, { n: n + i })))
  }
  expect(queue.jobs.counts()).toEqual({ running: 0, queued: count, paused: 0 })
  // Held in memory they would be some 100 MB.
  expect(heapInUse() - before).toBeLessThan(10 * 1024 * 1024)

  await queue.reopen()
  const urgent = await queue.jobs.enqueue(counter, { n: -1 }, { priority: 10 })
  await queue.jobs.wait(urgent.id)
  expect(ran).toBeLessThan(1_000)
  await queue.jobs.cancel(queue.jobs.list({ status: 'queued', limit: 1 })[0]!.id)
  await queue.jobs.idle()
  expect(ran).toBe(count)
})

function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  collectGarbage()
  return process.memoryUsage().heapUsed
}
