import { constants, lstatSync, readdirSync } from 'node:fs'
import { bytesToName, displayName, fsPath, joinName, type RawName } from '../../util/file-name.ts'
import { splitNanoseconds } from '../../util/file-time.ts'
import { type Inode, inodeKey, toInode } from '../../util/inode.ts'
import { errorMessage, systemCode, systemReason } from '../../util/errors.ts'
import { reachable, reachableFolder, type ReachablePath } from '../../util/reachable-path.ts'
import { Fingerprint } from './fingerprint.ts'

/** Numbers of one entry in a listing, in this order. */
export const FIELDS = 11
export const KIND = 0
export const SIZE = 1
export const ALLOCATED = 2
export const MTIME = 3
export const MTIME_NS = 4
export const CTIME = 5
/** NaN if the file system does not keep it. */
export const BIRTHTIME = 6
/** NaN if a double cannot hold it exactly; then it is in `bigInodes`. */
export const INODE = 7
export const NLINK = 8
export const MODE = 9
/** 1: a directory on another file system than the root. */
export const FLAGS = 10

/** Values of `KIND`; symlinks are 2, everything else 3. */
export const FILE = 0
export const DIRECTORY = 1

const FLAG_OTHER_FILE_SYSTEM = 1
/** Two changes of a folder within this time may get the same ctime; includes a tolerance for clocks that disagree. */
const COARSE_MS = 2_000

/** The contents of a folder, as `lstat` reports them. Entry `i` is `names[i]` and `numbers[i * FIELDS …]`. */
export interface Listing {
  readonly names: RawName[]
  readonly numbers: number[]
  readonly bigInodes: Map<number, Uint8Array>
  readonly fingerprint: Fingerprint
  /** Names whose stats could not be read. Their rows stay as they are. */
  readonly unreadable: { name: RawName; code: string; message: string }[]
  /** The inode of the folder itself, unchanged during the listing; null if it was not requested. */
  own: Inode | null
  /** The stats of the folder itself after it was read, in the layout of `numbers`. */
  ownNumbers: readonly number[]
  /** Whether the folder stayed unchanged during the listing. Only then did all its entries exist at the same moment. */
  isSettled: boolean
}

/** A folder as it appears in the listing of its parent. */
export interface SeenFolder {
  readonly inode: Inode
  /** In milliseconds. */
  readonly ctime: number
}

export interface ListOptions {
  /** The device number of the location's root. */
  readonly device: bigint
  readonly accept: Accept
  /** Names that must not be looked at: mount points that do not answer. */
  readonly silent: ReadonlySet<string> | undefined
}

/** Whether the rules accept an entry. */
export type Accept = (name: string, isDirectory: boolean) => boolean

/** A folder could not be read at all. `gone`: it no longer exists. */
export class UnreadableDirectory extends Error {
  readonly gone: boolean
  readonly code: string
  constructor(dir: RawName, cause: unknown) {
    super(`${displayName(dir)} cannot be read: ${systemReason(errorMessage(cause))}`, { cause })
    this.code = systemCode(cause) ?? 'EIO'
    this.gone = this.code === 'ENOENT' || this.code === 'ENOTDIR'
  }
}

/** The error code that users see for a system error. */
export function warningCode(code: string): string {
  if (code === 'EACCES' || code === 'EPERM') return 'PermissionDenied'
  if (code === 'ENOENT') return 'NotFound'
  return 'Unavailable'
}

const BIGINT = { bigint: true } as const
type BigStats = NonNullable<ReturnType<typeof statEntry>>

/** `lstat`, or undefined if the path does not exist. Throws other errors of the system. */
export function statEntry(path: RawName) {
  using short = reachable(path)
  try {
    return lstatSync(fsPath(short.path), BIGINT)
  } catch (err) {
    const code = systemCode(err)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw err
  }
}

/** `lstat`, or null if the path does not exist or cannot be accessed. */
export function statOrNull(path: RawName): BigStats | null {
  try {
    return statEntry(path) ?? null
  } catch {
    return null
  }
}

/**
 * Lists a folder, and reads the stats of every entry that the filter from `prepare` accepts; `prepare` receives all
 * names. If the folder changes during the listing, it is listed again, up to `attempts` times in total. If its inode
 * and ctime still equal `seen`, it has not changed. Throws `UnreadableDirectory`.
 */
export function listDirectory(
  dir: RawName,
  options: Omit<ListOptions, 'accept'> & {
    readonly prepare: (names: readonly RawName[]) => Accept
    readonly attempts: number
    readonly seen: SeenFolder | null
  },
): Listing {
  using short = openable(dir)
  const lastCertain = Date.now() - COARSE_MS
  for (let attempt = 1; ; attempt++) {
    const seen = attempt === 1 && options.seen && options.seen.ctime < lastCertain ? options.seen : null
    const isSame = seen ? stillAs(seen) : unchangedSince(folderStats(dir))
    const { listing, hasVanished } = listOnce(dir, short.path, options)
    const after = folderStats(dir)
    listing.own = toInode(after.ino)
    listing.ownNumbers = numbersOf(after, listing.own, options.device)
    listing.isSettled = !hasVanished && isSame(after)
    if (listing.isSettled || attempt >= options.attempts) return listing
  }
}

function stillAs({ inode, ctime }: SeenFolder): (now: BigStats) => boolean {
  return (now) => ctime === Number(now.ctimeMs) && inodeKey(inode) === inodeKey(toInode(now.ino))
}

function unchangedSince({ ino, ctimeNs }: BigStats): (now: BigStats) => boolean {
  return (now) => ino === now.ino && ctimeNs === now.ctimeNs
}

function listOnce(
  dir: RawName,
  base: RawName,
  { device, prepare, silent }: Parameters<typeof listDirectory>[1],
): { listing: Listing; hasVanished: boolean } {
  const listing = emptyListing()
  const names = readNames(base, dir)
  const accept = prepare(names)
  let hasVanished = false
  for (const name of names) {
    if (silent?.has(displayName(name))) {
      listing.unreadable.push(silentEntry(dir, name))
      continue
    }
    let stats
    try {
      stats = lstatSync(fsPath(joinName(base, name)), BIGINT)
    } catch (err) {
      const code = systemCode(err) ?? 'EIO'
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        hasVanished = true
        continue
      }
      // Without the right to search a folder, every name fails in the same way: report it once, for the folder.
      if (code === 'EACCES' || code === 'EPERM') throw new UnreadableDirectory(dir, err)
      listing.unreadable.push({ name, code, message: errorMessage(err) })
      continue
    }
    if (!accept(displayName(name), kindOf(stats) === DIRECTORY)) continue
    addStats(listing, name, stats, device)
  }
  return { listing, hasVanished }
}

/** The stats of the folder itself. Its ctime moves on whenever a name is added, removed or replaced. */
function folderStats(dir: RawName): BigStats {
  let stats
  try {
    stats = statEntry(dir)
  } catch (err) {
    throw new UnreadableDirectory(dir, err)
  }
  if (stats?.isDirectory()) return stats
  const [code, reason] = stats ? ['ENOTDIR', 'not a directory'] : ['ENOENT', 'no such file or directory']
  throw new UnreadableDirectory(dir, Object.assign(new Error(`${code}: ${reason}`), { code }))
}

/** Looks at some names of a folder; names that are gone are left out. */
export function listNames(dir: RawName, names: readonly RawName[], { device, accept, silent }: ListOptions): Listing {
  const listing = emptyListing()
  for (const name of names) {
    if (silent?.has(displayName(name))) {
      listing.unreadable.push(silentEntry(dir, name))
      continue
    }
    try {
      const stats = statEntry(joinName(dir, name))
      if (stats && accept(displayName(name), kindOf(stats) === DIRECTORY)) addStats(listing, name, stats, device)
    } catch (err) {
      if (systemCode(err) === 'ENOTDIR') continue
      listing.unreadable.push({ name, code: systemCode(err) ?? 'EIO', message: errorMessage(err) })
    }
  }
  return listing
}

/** The error for a mount point that does not answer. */
export function silence(path: string): Error {
  const message = `the file system mounted on ${path} does not answer; see that its server or program runs, or unmount it`
  return Object.assign(new Error(message), { code: 'ETIMEDOUT' })
}

function silentEntry(dir: RawName, name: RawName): Listing['unreadable'][number] {
  return { name, code: 'ETIMEDOUT', message: silence(displayName(joinName(dir, name))).message }
}

/** The birth time of a file, from the numbers of a listing at `at`; null if the file system does not keep it. */
export function birthtimeOf({ numbers, at }: { numbers: ArrayLike<number>; at: number }): number | null {
  const birthtime = numbers[at + BIRTHTIME]!
  return Number.isNaN(birthtime) ? null : birthtime
}

export function emptyListing(): Listing {
  return {
    names: [],
    numbers: [],
    bigInodes: new Map(),
    fingerprint: new Fingerprint(),
    unreadable: [],
    own: null,
    ownNumbers: [],
    isSettled: true,
  }
}

/** Adds one entry, as its stats describe it. */
export function addStats(listing: Listing, name: RawName, stats: BigStats, device: bigint): void {
  const inode = toInode(stats.ino)
  const numbers = numbersOf(stats, inode, device)
  if (typeof inode !== 'number') listing.bigInodes.set(listing.names.length, inode)
  listing.names.push(name)
  for (const number of numbers) listing.numbers.push(number)
  listing.fingerprint.add(name, numbers, typeof inode === 'number' ? undefined : inode)
}

function numbersOf(stats: BigStats, inode: Inode, device: bigint): number[] {
  const kind = kindOf(stats)
  const [mtime, mtimeNs] = splitNanoseconds(stats.mtimeNs)
  return [
    kind,
    kind === 0 || kind === 2 ? Number(stats.size) : 0,
    Number(stats.blocks) * 512,
    mtime,
    mtimeNs,
    Number(stats.ctimeMs),
    stats.birthtimeMs > 0n ? Number(stats.birthtimeMs) : Number.NaN,
    typeof inode === 'number' ? inode : Number.NaN,
    Number(stats.nlink),
    Number(stats.mode),
    kind === DIRECTORY && stats.dev !== device ? FLAG_OTHER_FILE_SYSTEM : 0,
  ]
}

/** Faster than the methods of the stats, which create several `bigint`s per call. */
function kindOf({ mode }: BigStats): number {
  switch (Number(mode) & constants.S_IFMT) {
    case constants.S_IFREG:
      return FILE
    case constants.S_IFDIR:
      return DIRECTORY
    case constants.S_IFLNK:
      return 2
    default:
      return 3
  }
}

/** The inode of entry `i` as the database keeps it. */
export function inodeOf(listing: Pick<Listing, 'bigInodes' | 'numbers'>, i: number): Inode {
  return listing.bigInodes.get(i) ?? listing.numbers[i * FIELDS + INODE]!
}

function readNames(base: RawName, dir: RawName): RawName[] {
  try {
    const path = fsPath(base)
    const names: string[] = readdirSync(path, 'utf8')
    // Node shows bytes that are not UTF-8 as U+FFFD. A folder with such a character is read again as bytes.
    if (!names.some((name) => name.includes('\uFFFD'))) return names
    return readdirSync(path, 'buffer').map((name) => bytesToName(name))
  } catch (err) {
    throw new UnreadableDirectory(dir, err)
  }
}

function openable(dir: RawName): ReachablePath {
  try {
    return reachableFolder(dir)
  } catch (err) {
    throw new UnreadableDirectory(dir, err)
  }
}

/** Whether another file system is mounted on the entry whose numbers begin at `at`. */
export function isOtherFileSystem({ numbers, at }: { numbers: ArrayLike<number>; at: number }): boolean {
  return (numbers[at + FLAGS]! & FLAG_OTHER_FILE_SYSTEM) !== 0
}
