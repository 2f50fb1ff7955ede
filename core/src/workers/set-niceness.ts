import type { ChildProcess } from 'node:child_process'
import { getPriority, setPriority } from 'node:os'

/**
 * Sets the priority of a process, if it was started and is still running. It never gets a higher priority than this
 * program, which a user may have started with a low priority. Never throws.
 */
export function setNiceness({ pid }: Pick<ChildProcess, 'pid'>, niceness: number): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.max(niceness, getPriority(process.pid)))
  } catch {
    // The priority could not be set, so the process keeps the usual one.
  }
}
