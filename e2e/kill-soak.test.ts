import { expect, test } from 'vitest'
import { soak } from './kill-soak.ts'

test('an engine killed again and again while it indexes loses nothing and does nothing twice', async () => {
  const shape = { files: 3_000, directories: 200, seed: 7, duplicates: 0.1, written: 64, kinds: 'mixed' } as const
  const { whileRunning, ...result } = await soak({ kills: 5, seed: 42, shape })
  expect(whileRunning).toBeGreaterThan(0)
  expect(result).toEqual({
    kills: 5,
    changedRows: 0,
    differences: 0,
    problems: [],
    unfinishedJobs: 0,
    failedJobs: 0,
    files: 3_000,
  })
})
