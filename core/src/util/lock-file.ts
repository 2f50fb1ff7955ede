import { existsSync, linkSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createHash, randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { CoreError, systemCode } from './errors.ts'
import { pathError } from './path-error.ts'

/** The holder of a lock. */
export interface LockHolder {
  readonly pid: number
  readonly host: string
  /** The start of the process in the system's units; null if the system does not report it. */
  readonly started: string | null
  /** ISO 8601. */
  readonly since: string
  /**
   * The inode of the lock file itself. A copy of its folder has another one. Null if the file system has no stable
   * inodes.
   */
  readonly inode?: string | null
  /**
   * Identifies the run of the program that holds it, because a process keeps its id when it replaces itself with
   * another program.
   */
  readonly image?: string
  /** Distinguishes the locks of one process. */
  readonly token?: string
}

/** Identifies this run of the program. */
const IMAGE = randomUUID()
/**
 * Tokens of the locks that this process holds. If the folder of a lock file was moved away, the file cannot be
 * removed. Without its token here, the lock still counts as released.
 */
const ownTokens = new Set<string>()

/**
 * Takes a lock that only one living process can hold. A lock whose process has ended is taken over, even if another
 * process has the same id now. Throws `Locked`, with the holder in `details`.
 */
export function takeLock(file: string, what: string): Disposable {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const lock = tryTakeLock(file)
    if (lock) {
      removeLeft(file)
      return lock
    }
    const holder = readLock(file)
    if (holder && isAlive(holder)) {
      throw new CoreError('Locked', heldMessage(what, holder, file), { details: holder })
    }
    if (!removeStale(file, file)) pause()
  }
  throw new CoreError('Locked', `other processes are locking ${what}; try again`)
}

function heldMessage(what: string, { host, pid, since }: LockHolder, file: string): string {
  const held = `${what} is in use by process ${pid} on ${host} since ${since}`
  // The process cannot be checked: its computer is off or has a new name.
  return host === hostname() ? held : `${held}; if nothing uses it there any more, remove ${file}`
}

/** The holder of a lock; null if there is none, if it cannot be read, or if it was copied with its folder. */
export function readLock(file: string): LockHolder | null {
  try {
    const holder: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isHolder(holder) && !isCopied(file, holder) ? holder : null
  } catch {
    return null
  }
}

/** Whether a lock file is a copy: its holder has the original lock and does not know of the copy. */
function isCopied(file: string, { inode }: LockHolder): boolean {
  return typeof inode === 'string' && inodeOf(file) !== inode
}

function inodeOf(file: string): string {
  return statSync(file, { bigint: true }).ino.toString()
}

/**
 * Whether the process that wrote the lock is alive. A process on another machine counts as alive, because that cannot
 * be checked here.
 */
export function isAlive(holder: LockHolder): boolean {
  if (holder.host !== hostname()) return true
  if (holder.pid === process.pid && holder.token !== undefined)
    return holder.image === IMAGE && ownTokens.has(holder.token)
  try {
    process.kill(holder.pid, 0)
  } catch (err) {
    if (systemCode(err) === 'ESRCH') return false
  }
  const stat = readProcessStat(holder.pid)
  // A zombie process. In a container without an init process, it stays in this state forever.
  if (stat?.state === 'Z') return false
  const started = stat?.started ?? null
  return holder.started === null || started === null || holder.started === started
}

/** Limit on attempts. With the pauses, they take half a second in total; removing a stale lock takes a millisecond. */
const MAX_ATTEMPTS = 100
const PAUSE_MS = 5
/** If writing a lock takes longer than this, its process died in the middle of it. */
const ABANDONED_MS = 5_000

/** Takes the lock; null if the file exists. Throws an error with a readable message if the lock cannot be written. */
function tryTakeLock(file: string): Disposable | null {
  const own = {
    pid: process.pid,
    host: hostname(),
    started: readProcessStat(process.pid)?.started ?? null,
    since: new Date().toISOString(),
    image: IMAGE,
    token: randomUUID(),
  }
  try {
    if (!tryWrite(file, own)) return null
  } catch (err) {
    throw pathError(err, file)
  }
  ownTokens.add(own.token)
  return { [Symbol.dispose]: () => release(file, own.token) }
}

function tryWrite(file: string, own: LockHolder): boolean {
  const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`
  const text = JSON.stringify(own)
  try {
    writeFileSync(draft, '', { flag: 'wx', mode: 0o600 })
    writeFileSync(draft, JSON.stringify({ ...own, inode: inodeOf(draft) }))
    // The lock is written to a draft, which is then linked into place. So other processes see only complete locks.
    return succeeds(() => linkSync(draft, file))
  } catch (err) {
    // Writing took so long that another process treated the draft as abandoned and removed it.
    if (systemCode(err) === 'ENOENT' && existsSync(dirname(file))) return false
    // FAT and some network file systems have no links. On these, a process may see an incomplete lock.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(systemCode(err) ?? '')) throw err
    return succeeds(() => writeFileSync(file, text, { flag: 'wx', mode: 0o600 }))
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Removes a lock that no living process holds. Only one process at a time may check and remove: if two found the same
 * stale lock, the second would remove the lock that the first has just taken. So a process first takes another lock,
 * the claim, which is named after the text of the stale lock. If the holder of the claim is killed, the claim is a
 * stale lock itself, and the next process takes it over in the same way. An old claim cannot remove a newer lock,
 * because each lock contains a token, so no two locks have the same text. Returns false if another process is removing
 * the lock, or if the lock was not stale.
 */
function removeStale(file: string, first: string): boolean {
  const text = readText(file)
  if (text === null) return false
  const claim = claimOn(first, text)
  using own = tryTakeLock(claim)
  if (own === null) {
    removeStale(claim, first)
    return false
  }
  const isStale = readText(file) === text && isLeft(file, text)
  if (isStale) rmSync(file, { force: true })
  return isStale
}

function claimOn(first: string, text: string): string {
  return `${first}.${createHash('sha256').update(text).digest('hex').slice(0, 16)}.claim`
}

/** Matches the names of drafts, claims and drafts of claims, after the name of their lock. */
const BESIDE = /^(?:\.[\da-f]{16}\.claim)?(?:\.\d+\.[\da-z]+)?$/

/**
 * Removes the drafts and claims of killed processes. The caller must hold the lock, so these claims are for older
 * locks.
 */
function removeLeft(file: string): void {
  const own = basename(file)
  try {
    for (const name of readdirSync(dirname(file))) {
      if (name === own || !name.startsWith(own) || !BESIDE.test(name.slice(own.length))) continue
      const path = join(dirname(file), name)
      const text = readText(path)
      if (text !== null && isLeft(path, text)) rmSync(path, { force: true })
    }
  } catch {
    // Leftover files do no harm, so errors are ignored.
  }
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Whether a lock has no owner: its process has ended, it was copied with its folder, or it is incomplete. */
function isLeft(file: string, text: string): boolean {
  try {
    const holder: unknown = JSON.parse(text)
    if (isHolder(holder)) return isCopied(file, holder) || !isAlive(holder)
  } catch {
    // The lock is incomplete or was removed.
  }
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_MS
}

/** Calls `make`, and returns whether it created the file; false if the file existed. */
function succeeds(make: () => void): boolean {
  try {
    make()
    return true
  } catch (err) {
    if (systemCode(err) === 'EEXIST') return false
    throw err
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
}

function release(file: string, token: string): void {
  ownTokens.delete(token)
  if (readLock(file)?.token === token) rmSync(file, { force: true })
}

/** Checked by hand: commands take locks too, and loading a schema library would take most of their start time. */
function isHolder(value: unknown): value is LockHolder {
  const { pid, host, started, since } = (value ?? {}) as Partial<Record<keyof LockHolder, unknown>>
  const isText = typeof host === 'string' && typeof since === 'string'
  return typeof pid === 'number' && isText && (typeof started === 'string' || started === null)
}

/**
 * State and start of a process, in clock ticks since boot (proc(5), `/proc/pid/stat`, fields 3 and 22); null on other
 * systems.
 */
function readProcessStat(pid: number): { state: string; started: string } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name before them may contain any characters, including parentheses and spaces.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const started = rest[18]
    return state !== undefined && started !== undefined ? { state, started } : null
  } catch {
    return null
  }
}
