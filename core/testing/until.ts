/**
 * How long a test waits for a condition, in milliseconds: vitest's own second is short on a busy machine, and waiting
 * longer costs nothing where the condition comes true.
 */
export const PATIENCE_MS = 60_000
const INTERVAL_MS = 10

// Those of the system, also where a test has fake timers.
const { setTimeout } = globalThis
const now = performance.now.bind(performance)

/**
 * Waits until a condition is true. It leaves fake timers alone, unlike `vi.waitFor` and `expect.poll`, which move them
 * on with each look: on a busy machine, they would move them too far.
 */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = now() + PATIENCE_MS; !(await condition());) {
    if (now() > end) throw new Error(`it did not become true within ${PATIENCE_MS / 1_000} s: ${String(condition)}`)
    await new Promise<void>((resolve) => void setTimeout(resolve, INTERVAL_MS))
  }
}
