/**
 * Ends a process that leads a group, and everything that it has started, at once, even if the process is busy in
 * native code. A missing process is ignored.
 */
export function endProcess(pid: number): void {
  if (process.platform !== 'win32') kill(-pid)
  kill(pid)
}

/**
 * Ends the processes that a dead process has left running in its group. The system does not reuse the group's id while
 * any of them is alive.
 */
export function endLeftBehind(pid: number): void {
  if (process.platform !== 'win32') kill(-pid)
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL')
  } catch {
    // The process has already ended.
  }
}
