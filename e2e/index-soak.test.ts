import { expect, test } from 'vitest'
import { describe, soakIndex } from './index-soak.ts'

/** A seed fixes every step, pause and kill; `npm run soak -- index` draws others at random. */
const SEEDS = [32]
const STEPS = 1_000
const KILLS = 3
/** On a busy machine; on a quiet one of two cores it is a quarter. */
const LONGEST_MS = 900_000

test(
  'the index equals the disk after thousands of changes and kills of the daemon',
  async () => {
    const scenarios = SEEDS.map((seed) => ({ seed, steps: STEPS, kills: KILLS }))
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
