import { vi } from 'vitest'
import { until } from './until.ts'

/**
 * Moves fake timers on, step by step, until a promise settles. A deadline counts processor time besides the clock, so
 * the work must go on between the steps.
 */
export async function passUntilSettled(promise: Promise<unknown>, stepMs: number): Promise<void> {
  let isSettled = false
  const settle = () => {
    isSettled = true
  }
  promise.then(settle, settle)
  await until(() => {
    if (!isSettled) vi.advanceTimersByTime(stepMs)
    return isSettled
  })
}
