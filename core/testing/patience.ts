import { expect, vi } from 'vitest'
import { PATIENCE_MS } from './until.ts'

// A test may name a longer time, never a shorter one.
const { waitFor, waitUntil } = vi
vi.waitFor = (condition, options) => waitFor(condition, patient(options))
vi.waitUntil = (condition, options) => waitUntil(condition, patient(options))

const { poll } = expect
expect.poll = (value, options) => {
  refuseFakeTimers()
  return poll(value, options)
}

/** Each look would move the timers on, so a busy machine would move them too far. */
function refuseFakeTimers(): void {
  if (vi.isFakeTimers()) throw new Error('wait with `until` of core/testing, which leaves fake timers alone')
}

function patient(options: number | { timeout?: number; interval?: number } = {}) {
  refuseFakeTimers()
  const { timeout = PATIENCE_MS, ...others } = typeof options === 'number' ? { timeout: options } : options
  if (timeout < PATIENCE_MS) throw new Error(`a test waits for at least ${PATIENCE_MS} ms, and this one for ${timeout}`)
  return { ...others, timeout }
}
