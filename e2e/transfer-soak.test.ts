import { expect, test } from 'vitest'
import { transferSoak } from './transfer-soak.ts'

const MIB = 1_048_576
/** What one channel may owe at the most; see `WINDOW_BYTES` of transfers. */
const WINDOW = 16 * MIB

test('a file arrives whole although either device is killed again and again', async () => {
  const result = await transferSoak({ kills: 20, seed: 7, bytes: 160 * MIB })
  expect(result).toMatchObject({ isSame: true, names: ['soak.bin'] })
  expect(result.kills).toBeGreaterThanOrEqual(3)
  expect(result.twicePerKill).toBeLessThanOrEqual(WINDOW)
}, 300_000)
