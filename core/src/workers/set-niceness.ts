import type { ChildProcess } from 'node:child_process'
import { setPriority } from 'node:os'

/** Sets the priority of a process, if it was started and still runs. Never throws. */
export function setNiceness({ pid }: Pick<ChildProcess, 'pid'>, niceness: number): void {
  try {
    if (pid !== undefined) setPriority(pid, niceness)
  } catch {
    // The process keeps the usual priority.
  }
}
