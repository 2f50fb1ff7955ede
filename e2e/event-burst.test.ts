import { expect, test } from 'vitest'
import { burst } from './event-burst.ts'

/** More than any of the watcher's buffers hold, and little enough for a test. */
const OPERATIONS = 30_000
const BOUND_BYTES = 300 * 1024 * 1024

test('a burst of changes is recorded whole by the watcher alone, in bounded memory', async () => {
  const result = await burst({ operations: OPERATIONS })
  expect(result.differences).toBe(0)
  expect(result.peakBytes - result.idleBytes).toBeLessThan(BOUND_BYTES)
})
