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

function isRecord(value: unknown): value is DaemonRecord {
  if (typeof value !== 'object' || value === null) return false
  return 'pid' in value && typeof value.pid === 'number' && 'socket' in value && typeof value.socket === 'string'
}
