import { expect, test } from 'vitest'
import { describe, randomSeed, soakIndex } from './index-soak.ts'

/** Seeds that have found faults; each is run again, with as many steps and kills as the others. */
const foundBefore = [4, 31]
const STEPS = 3_334
const KILLS = 10
/** On a busy machine; on a quiet one of two cores it is a quarter. */
const LONGEST_MS = 900_000

test(
  'the index equals the disk after thousands of changes and kills of the daemon',
  async () => {
    const seeds = [...foundBefore, randomSeed()]
    const scenarios = seeds.map((seed) => ({ seed, steps: STEPS, kills: KILLS }))
    const results = await soakIndex({ scenarios })
    const differences = results.flatMap(({ findings, seed }) => findings.map((finding) => describe(seed, finding)))
    expect(differences).toEqual([])
    for (const { kills, steps } of results) {
      expect(steps).toBeGreaterThanOrEqual(STEPS)
      expect(kills).toBe(KILLS)
    }
  },
  LONGEST_MS,
)
