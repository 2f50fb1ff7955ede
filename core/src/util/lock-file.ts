import { closeSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'
import { CoreError, systemCode } from './errors.ts'

const Holder = z.object({
  pid: z.number(),
  host: z.string(),
  /** When the process began, as the system counts it; null where it does not say. */
  started: z.string().nullable(),
  since: z.string(),
})
/** Who holds a lock. */
export type LockHolder = z.infer<typeof Holder>

/**
 * Takes a lock that only one living process can hold. A lock whose process has ended is taken over, also when another
 * process has its number now. Throws `Locked`, with the holder in `details`.
 */
export function takeLock(file: string, what: string): Disposable {
  const own: LockHolder = {
    pid: process.pid,
    host: hostname(),
    started: startOf(process.pid),
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
    return Holder.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}

/** Whether the process that wrote the lock still lives. Another machine's is taken to live: nobody here can tell. */
export function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true
  try {
    process.kill(holder.pid, 0)
  } catch (err) {
    if (systemCode(err) === 'ESRCH') return false
  }
  const started = startOf(holder.pid)
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

/** The process's start in clock ticks since boot (proc(5), `/proc/pid/stat`, field 22); null elsewhere. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
