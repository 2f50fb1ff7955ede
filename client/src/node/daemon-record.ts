import { readFileSync } from 'node:fs'

/** What a running daemon leaves in its `run` folder, so that others find it. */
export interface DaemonRecord {
  readonly pid: number
  /** Path of the socket, or name of the pipe. */
  readonly socket: string
  readonly version: string
  /** ISO 8601. */
  readonly startedAt: string
}

/** The record of the daemon that runs, or of one that ended without clearing up; null where there is none. */
export function readRecord(file: string): DaemonRecord | null {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isRecord(record) ? record : null
  } catch {
    return null
  }
}

/** Whether a process of this number runs. Of a daemon that crashed it may be another one's by now. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (err) {
    // Somebody else's process is a process too.
    return err instanceof Error && 'code' in err && err.code === 'EPERM'
  }
  return !isZombie(pid)
}

/** Ended, and never asked about by its parent: in a container without an init process it stays like that for ever. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.startsWith('Z', stat.lastIndexOf(')') + 2)
  } catch {
    return true
  }
}

function isRecord(value: unknown): value is DaemonRecord {
  if (typeof value !== 'object' || value === null) return false
  return 'pid' in value && typeof value.pid === 'number' && 'socket' in value && typeof value.socket === 'string'
}
