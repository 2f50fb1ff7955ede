import type { BigIntStats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HashPool } from '../../content/index.ts'
import type { UserDisk } from '../../sources/index.ts'
import { CoreError, systemCode } from '../../util/errors.ts'
import { bytesToName, displayName, fsPath, nameBytes, type RawName } from '../../util/file-name.ts'
import { pathError } from '../../util/path-error.ts'

/** A file to move to another path. */
export interface Placing {
  readonly from: RawName
  readonly to: RawName
  /** The path of the unfinished copy, on the disk of `to`. No other process uses this name. */
  readonly draft: RawName
  readonly size: number
  /** BLAKE3 of the whole file. */
  readonly checksum: Uint8Array
}

type Bytes = Pick<Placing, 'checksum' | 'size'>

/** Error codes of file systems that have no hard links, or that refuse one for this file. */
const CANNOT_LINK = ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS']

/**
 * Puts a file at a second path, durably, so that it can then be removed from the first. On the same volume, this is a
 * hard link, otherwise a verified copy. Never overwrites a file: throws `AlreadyExists` if `to` is another file.
 * Throws `Conflict` if `from` is not the expected file. Safe to repeat after a kill at any moment.
 */
export async function placeFile(placing: Placing, disk: UserDisk, signal: AbortSignal): Promise<void> {
  const { draft, from, to } = placing
  await using pool = new HashPool({ threads: 1 })
  const before = await look(from)
  if (!before) throw new CoreError('Conflict', `${displayName(from)} is gone`)
  await assertSame(from, placing, pool, signal)
  await makeFolder(to, disk)
  if (await look(to)) await assertOurs(to, placing, pool, signal)
  else if (!(await linked(placing, before, disk))) await copied(placing, before, { disk, pool, signal })
  await disk.removeDraft(fsPath(draft)).catch((err: unknown) => {
    throw pathError(err, displayName(draft))
  })
  await syncFolder(to, disk)
  const after = await look(from)
  if (!after || !isUntouched(before, after))
    throw new CoreError('Conflict', `${displayName(from)} was changed while it was moved; it stays where it is`)
}

/** Whether a file has these bytes. */
export async function holds(path: RawName, of: Bytes, signal: AbortSignal): Promise<boolean> {
  await using pool = new HashPool({ threads: 1 })
  return await isSame(path, of, pool, signal)
}

/**
 * Removes a file that also exists at `to`. The caller must have checked `to`. Throws `Conflict` if the file has
 * changed, or if both paths lead to the same file, as with another spelling of the name or a folder that is mounted
 * twice.
 */
export async function removePlaced(
  { from, to, ...of }: Omit<Placing, 'draft'>,
  disk: UserDisk,
  signal: AbortSignal,
): Promise<void> {
  const before = await look(from)
  if (!before) return
  await using pool = new HashPool({ threads: 1 })
  await assertSame(from, of, pool, signal)
  const placed = await look(to)
  if (!placed?.isFile())
    throw new CoreError('Conflict', `${displayName(to)} is gone; ${displayName(from)} stays where it is`)
  if (isSameFile(placed, before) && before.nlink < 2n)
    throw new CoreError('Conflict', `${displayName(from)} and ${displayName(to)} are one file; it stays where it is`)
  await disk.remove(fsPath(from)).catch((err: unknown) => {
    throw pathError(err, displayName(from))
  })
  await syncFolder(from, disk)
}

/** Creates the folder of a path and its parents, durably. */
async function makeFolder(path: RawName, disk: UserDisk): Promise<void> {
  try {
    const first = await disk.makeFolder(folderOf(path))
    if (first === undefined) return
    for (let at = rawFolder(path); nameBytes(at).length >= Buffer.byteLength(first); at = rawFolder(at))
      await disk.syncFolder(folderOf(at))
  } catch (err) {
    throw pathError(err, `the folder of ${displayName(path)}`)
  }
}

async function syncFolder(path: RawName, disk: UserDisk): Promise<void> {
  await disk.syncFolder(folderOf(path)).catch((err: unknown) => {
    throw pathError(err, `the folder of ${displayName(path)}`)
  })
}

/** The folder of a path, in the form that `fs` accepts. */
export function folderOf(path: RawName): string | Buffer {
  return typeof path === 'string' ? dirname(path) : Buffer.from(path).subarray(0, Math.max(1, path.lastIndexOf(SLASH)))
}

const SLASH = 0x2f

export function rawFolder(path: RawName): RawName {
  const folder = folderOf(path)
  return typeof folder === 'string' ? folder : bytesToName(folder)
}

export async function look(path: RawName): Promise<BigIntStats | null> {
  try {
    return await lstat(fsPath(path), { bigint: true })
  } catch (err) {
    if (systemCode(err) === 'ENOENT' || systemCode(err) === 'ENOTDIR') return null
    throw pathError(err, displayName(path))
  }
}

async function linked({ from, to }: Placing, { nlink }: BigIntStats, disk: UserDisk): Promise<boolean> {
  // If the file has other names, writing to them would change the library's file.
  if (nlink > 1n) return false
  try {
    await disk.link(fsPath(from), fsPath(to))
    return true
  } catch (err) {
    if (CANNOT_LINK.includes(systemCode(err) ?? '')) return false
    throw pathError(err, displayName(to))
  }
}

async function copied(
  { checksum, draft, from, size, to }: Placing,
  before: BigIntStats,
  { disk, pool, signal }: { disk: UserDisk; pool: HashPool; signal: AbortSignal },
): Promise<void> {
  await makeFolder(draft, disk)
  try {
    await disk.removeDraft(fsPath(draft))
    await disk.copy(fsPath(from), fsPath(draft))
    await disk.setTimes(fsPath(draft), before)
    await disk.sync(fsPath(draft))
    await assertSame(draft, { checksum, size }, pool, signal)
    await disk.link(fsPath(draft), fsPath(to)).catch(async (err: unknown) => {
      if (!CANNOT_LINK.includes(systemCode(err) ?? '')) throw err
      // Without hard links, no call guarantees not to overwrite a file, so check once more.
      if (await look(to)) throw new CoreError('AlreadyExists', `${displayName(to)} exists already`)
      await disk.rename(fsPath(draft), fsPath(to))
    })
  } catch (err) {
    // Best effort: the next attempt removes it.
    await disk.removeDraft(fsPath(draft)).catch(() => {})
    throw err instanceof CoreError ? err : pathError(err, displayName(to))
  }
}

async function assertSame(path: RawName, of: Bytes, pool: HashPool, signal: AbortSignal): Promise<void> {
  if (!(await isSame(path, of, pool, signal)))
    throw new CoreError('Conflict', `${displayName(path)} has changed; it stays where it is`)
}

async function isSame(path: RawName, { checksum, size }: Bytes, pool: HashPool, signal: AbortSignal): Promise<boolean> {
  // A symlink to the other file seems to have the same bytes, but only as long as that file exists.
  if (!(await look(path))?.isFile()) return false
  const result = await pool.full(path, { signal })
  return 'hash' in result && result.size === size && Buffer.from(result.hash).equals(checksum)
}

/** Accepts a file at the target if it has the same bytes: an earlier attempt or the user has put it there. */
async function assertOurs(to: RawName, placing: Placing, pool: HashPool, signal: AbortSignal): Promise<void> {
  try {
    await assertSame(to, placing, pool, signal)
  } catch (cause) {
    if (cause instanceof CoreError && cause.code === 'Cancelled') throw cause
    throw new CoreError('AlreadyExists', `${displayName(to)} exists already, and is another file`, { cause })
  }
}

function isSameFile(a: BigIntStats, b: BigIntStats): boolean {
  return a.dev === b.dev && a.ino === b.ino
}

/**
 * Whether a file is unchanged. A new hard link changes the link count and the change time, but none of the compared
 * facts.
 */
function isUntouched(before: BigIntStats, after: BigIntStats): boolean {
  return before.ino === after.ino && before.size === after.size && before.mtimeNs === after.mtimeNs
}
