import { lstatSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** The record that a running daemon writes into its `run` folder, so that clients find it. */
export interface DaemonRecord {
  readonly pid: number
  /** Path of the socket, or name of the pipe. */
  readonly socket: string
  readonly version: string
  /** ISO 8601. */
  readonly startedAt: string
}

/**
 * The record of the daemon that runs, or of one that ended without clearing up. Null if there is none, and if another
 * user has made a socket at the place of the one that is gone: folders for temporary files are open to everybody.
 */
export function readRecord(file: string): DaemonRecord | null {
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isRecord(record) && isOwnSocket(record.socket, file) ? record : null
  } catch {
    return null
  }
}

/** Whether a socket and its folder belong to this user, to the owner of the record, or to root; true if it is gone. */
function isOwnSocket(socket: string, file: string): boolean {
  const own = process.geteuid?.()
  if (own === undefined) return true
  const trusted = [own, lstatSync(file).uid, 0]
  return [socket, dirname(socket)].every((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    return stats === undefined || trusted.includes(stats.uid)
  })
}

function isRecord(value: unknown): value is DaemonRecord {
  if (typeof value !== 'object' || value === null) return false
  return 'pid' in value && typeof value.pid === 'number' && 'socket' in value && typeof value.socket === 'string'
}
