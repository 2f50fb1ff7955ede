import { expect, test } from 'vitest'
import { describe, soakIndex } from './index-soak.ts'

/** A seed fixes every step, pause and kill; `npm run soak -- index` draws others at random. */
const SEEDS = [32, 475_586_119, 2_084_921_882]
const STEPS = 3_334
const KILLS = 10
/** For one seed on a machine that does much else; alone on two cores, a seed takes one or two minutes. */
const LONGEST_MS = 1_800_000

test.for(SEEDS)(
  'the index equals the disk after thousands of changes and kills of the daemon (seed %i)',
  { timeout: LONGEST_MS },
  async (seed) => {
    const [result] = await soakIndex({ scenarios: [{ seed, steps: STEPS, kills: KILLS }] })
    expect(result!.findings.map((finding) => describe(seed, finding))).toEqual([])
    expect(result!.steps).toBeGreaterThanOrEqual(STEPS)
    expect(result!.kills).toBe(KILLS)
  },
)
