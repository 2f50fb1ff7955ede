import { expect, test } from 'vitest'
import { fuzzSidecars } from './sidecar-fuzz.ts'

test('every damaged file ends with its sidecars or with a reason', async () => {
  const { ready, failed, ...result } = await fuzzSidecars({ files: 40, seed: 11 })
  expect(ready).toBeGreaterThan(0)
  expect(failed).toBeGreaterThan(0)
  expect(result).toMatchObject({ waiting: 0, silent: 0, problems: [], drafts: 0 })
  expect(Object.keys(result.reasons)).not.toContain('Internal')
})
