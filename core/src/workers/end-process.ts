/**
 * Ends a process that leads a group, and all it has started, at once: also one that is busy in native code. Nothing
 * happens where there is none.
 */
export function endProcess(pid: number): void {
  if (process.platform !== 'win32') kill(-pid)
  kill(pid)
}

/** Ends what a process that is gone has left running. Its id is not given away while any of them lives. */
export function endLeftBehind(pid: number): void {
  if (process.platform !== 'win32') kill(-pid)
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL')
  } catch {
    // Gone already.
  }
}
