import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { failedHistories } from './failed-histories.ts'
import { histories, liveHistory } from './histories.ts'
import { ScheduleWorld } from './schedule-world.ts'

/** Number of histories. They come from a fixed seed, so a failure is caused by a change in the code, not by chance. */
const RUNS = 1_000
const SEED = 3
/** A history that has not ended by then is stuck, however busy the machine is. */
const WATCHDOG_MS = 120_000

let template: Awaited<ReturnType<typeof ScheduleWorld.template>>
beforeAll(async () => {
  template = await ScheduleWorld.template()
})
afterAll(() => template[Symbol.dispose]())

test(
  'whatever moves while scans and refreshes run side by side, and wherever they are killed, the rows come to equal the disk',
  { timeout: 1_800_000 },
  async () => {
    const property = fc.asyncProperty(histories, async (history) => {
      expect(await liveHistory(template.file, history)).toEqual([])
    })
    await fc.assert(property, { numRuns: RUNS, seed: SEED, timeout: WATCHDOG_MS })
  },
)

test.for(failedHistories)('no longer: %s', async ([, history]) => {
  expect(await liveHistory(template.file, history)).toEqual([])
})
