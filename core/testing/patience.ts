import { vi } from 'vitest'

/**
 * How long a test waits for a condition, unless it says so itself: vitest's own second is short on a busy machine, and
 * waiting longer costs nothing where the condition comes true.
 */
const PATIENCE_MS = 60_000

const { waitFor, waitUntil } = vi
vi.waitFor = (condition, options) => waitFor(condition, patient(options))
vi.waitUntil = (condition, options) => waitUntil(condition, patient(options))

function patient(options: number | { timeout?: number; interval?: number } = {}) {
  return typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options }
}
