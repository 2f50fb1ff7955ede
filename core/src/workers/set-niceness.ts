import type { ChildProcess } from 'node:child_process'
import { getPriority, setPriority } from 'node:os'

/**
 * Sets the priority of a process, if it was started and still runs; never a higher one than this program has, which a
 * user may have started with a low one. Never throws.
 */
export function setNiceness({ pid }: Pick<ChildProcess, 'pid'>, niceness: number): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.max(niceness, getPriority(process.pid)))
  } catch {
    // The process keeps the usual priority.
  }
}
