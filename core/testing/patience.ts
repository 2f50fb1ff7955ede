import { vi } from 'vitest'

/**
 * How long a test waits for a condition, in milliseconds: vitest's own second is short on a busy machine, and waiting
 * longer costs nothing where the condition comes true. A test may name a longer time, never a shorter one.
 */
const PATIENCE_MS = 60_000

const { waitFor, waitUntil } = vi
vi.waitFor = (condition, options) => waitFor(condition, patient(options))
vi.waitUntil = (condition, options) => waitUntil(condition, patient(options))

function patient(options: number | { timeout?: number; interval?: number } = {}) {
  // Each look would move the clock on, so a busy machine would move it too far.
  if (vi.isFakeTimers()) throw new Error('wait with `expect.poll`, which leaves fake timers alone')
  const { timeout = PATIENCE_MS, ...others } = typeof options === 'number' ? { timeout: options } : options
  if (timeout < PATIENCE_MS) throw new Error(`a test waits for at least ${PATIENCE_MS} ms, and this one for ${timeout}`)
  return { ...others, timeout }
}
