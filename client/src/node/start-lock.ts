import { closeSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { isRunning } from './daemon-record.ts'

/** Between making the file and writing into it lies a moment; one that is empty for longer was left by a crash. */
const EMPTY_LOCK_MS = 5_000

/**
 * The right to start the daemon; null while another command has it. It only saves processes: two that find the same
 * stale file at the same moment may both get it, and of their two daemons the lock of the data folder lets one live.
 */
export function tryStartLock(file: string): Disposable | null {
  try {
    take(file)
  } catch (err) {
    if (!hasCode(err, 'EEXIST')) throw err
    if (!isStale(file)) return null
    rmSync(file, { force: true })
    return null
  }
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) }
}

function take(file: string): void {
  const fd = openSync(file, 'wx', 0o600)
  try {
    writeSync(fd, String(process.pid))
  } finally {
    closeSync(fd)
  }
}

function isStale(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    return pid > 0 ? !isRunning(pid) : Date.now() - statSync(file).mtimeMs > EMPTY_LOCK_MS
  } catch (err) {
    // It was given back meanwhile.
    if (hasCode(err, 'ENOENT')) return false
    throw err
  }
}

function hasCode(err: unknown, code: string): boolean {
  return err instanceof Error && 'code' in err && err.code === code
}
