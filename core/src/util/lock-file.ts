import { closeSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { CoreError, systemCode } from './errors.ts'

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number
  readonly host: string
  /** When the process began, as the system counts it; null where it does not say. */
  readonly started: string | null
  /** ISO 8601. */
  readonly since: string
}

/**
 * Takes a lock that only one living process can hold. A lock whose process has ended is taken over, also when another
 * process has its number now. Throws `Locked`, with the holder in `details`.
 */
export function takeLock(file: string, what: string): Disposable {
  const own: LockHolder = {
    pid: process.pid,
    host: hostname(),
    started: readProcessStat(process.pid)?.started ?? null,
    since: new Date().toISOString(),
  }
  // Written aside and linked into place: whoever finds the lock finds it whole.
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  const fd = openSync(draft, 'wx', 0o600)
  writeSync(fd, JSON.stringify(own))
  closeSync(fd)
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (tryLink(draft, file)) return { [Symbol.dispose]: () => release(file, own) }
      const holder = readLock(file)
      if (holder && isAlive(holder)) {
        throw new CoreError(
          'Locked',
          `${what} is in use by process ${holder.pid} on ${holder.host} since ${holder.since}`,
          {
            details: holder,
          },
        )
      }
      rmSync(file, { force: true })
    }
    throw new CoreError('Locked', `${what} is being taken by other processes; try again`)
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Two processes that find the same stale lock remove it once each at the most. */
const MAX_ATTEMPTS = 5

/** Who holds a lock; null where there is none or it cannot be read. */
export function readLock(file: string): LockHolder | null {
  try {
    const holder: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isHolder(holder) ? holder : null
  } catch {
    return null
  }
}

/** Checked by hand: commands take locks, too, and a schema library would be most of their start. */
function isHolder(value: unknown): value is LockHolder {
  const { pid, host, started, since } = (value ?? {}) as Partial<Record<keyof LockHolder, unknown>>
  const isText = typeof host === 'string' && typeof since === 'string'
  return typeof pid === 'number' && isText && (typeof started === 'string' || started === null)
}

/** Whether the process that wrote the lock still lives. Another machine's is taken to live: nobody here can tell. */
export function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (err) {
    if (systemCode(err) === 'ESRCH') return false
  }
  const stat = readProcessStat(holder.pid)
  // Ended, and nobody asks how: in a container without an init process it stays like that for ever.
  if (stat?.state === 'Z') return false
  const started = stat?.started ?? null
  return holder.started === null || started === null || holder.started === started
}

function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file)
    return true
  } catch (err) {
    if (systemCode(err) === 'EEXIST') return false
    throw err
  }
}

function release(file: string, own: LockHolder): void {
  const holder = readLock(file)
  if (holder?.pid === own.pid && holder.since === own.since) rmSync(file, { force: true })
}

/** State and start of a process, in clock ticks since boot (proc(5), `/proc/pid/stat`, fields 3 and 22); null elsewhere. */
function readProcessStat(pid: number): { state: string; started: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before it may hold anything, parentheses and blanks too.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const started = rest[18]
    return state !== undefined && started !== undefined ? { state, started } : null
  } catch {
    return null
  }
}
