import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, statSync } from 'node:fs'
import type { ThreadDisk } from '../../../sources/user-disk.ts'
import { CoreError, systemCode } from '../../../util/errors.ts'
import type { FetchItem } from './fetch-item.ts'
import { PRIVATE_FILE, PRIVATE_FOLDER } from './permissions.ts'

/** Error codes of file systems without hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** Error codes of file systems without permissions. */
const NO_PERMISSIONS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** The path of an unfinished file, beside its target. */
export function partPath({ target }: FetchItem, mark: string): Buffer {
  return Buffer.concat([target, Buffer.from(`.${mark}.part`)])
}

/**
 * Creates an unfinished file. An entry that has its name is removed: in a folder that other users can write to, the
 * entry may be a link, or the file of another user.
 */
export function createPart(path: Buffer, disk: ThreadDisk): number {
  try {
    return disk.createFile(path, PRIVATE_FILE)
  } catch (err) {
    if (systemCode(err) !== 'EEXIST') throw err
    disk.remove(path)
    return disk.createFile(path, PRIVATE_FILE)
  }
}

/** Error codes if a part is missing, or is not a file that this user may write. */
const NO_OWN_PART: ReadonlySet<string> = new Set(['ENOENT', 'ELOOP', 'EMLINK', 'EACCES', 'EPERM', 'EISDIR', 'ENXIO'])

/**
 * Opens an unfinished file to continue it. Null if there is none, or if another user may have created it: a user who
 * can write to the folder could do so in order to read the received bytes.
 */
export function reopenPart(path: Buffer, disk: ThreadDisk): number | null {
  let fd: number
  try {
    fd = disk.openFile(path)
  } catch (err) {
    if (NO_OWN_PART.has(systemCode(err) ?? '')) return null
    throw err
  }
  try {
    const stats = fstatSync(fd)
    const isOwn = process.geteuid === undefined || stats.uid === process.geteuid()
    if (stats.isFile() && stats.nlink <= 1 && isOwn) {
      // Older versions let others read it.
      setMode({ kind: 'file', mode: PRIVATE_FILE }, () => disk.setMode(fd, PRIVATE_FILE))
      return fd
    }
  } catch (err) {
    closeSync(fd)
    throw err
  }
  closeSync(fd)
  return null
}

/** Writes all of a small file. */
export function writeWhole(path: Buffer, bytes: Uint8Array, disk: ThreadDisk): void {
  const fd = createPart(path, disk)
  try {
    for (let at = 0; at < bytes.length;) at += disk.write(fd, bytes, at, bytes.length - at, null)
  } finally {
    closeSync(fd)
  }
}

/** Sets the permissions and the time of an unfinished file. */
export function setFileDetails(part: Buffer, item: FetchItem, disk: ThreadDisk): void {
  setMode(item, () => disk.setMode(part, item.mode))
  if (item.mtimeMs !== null) disk.setTime(part, item.mtimeMs)
}

/** The same for a folder of the transfer. Throws `Conflict` if another folder or a link has taken its place. */
export function setFolderDetails(item: FetchItem, own: FolderMark, disk: ThreadDisk): void {
  const { mode, mtimeMs, target } = item
  // Windows cannot open folders. Its links need rights that other users do not have, so the path is safe.
  if (constants.O_DIRECTORY === undefined) return setFileDetails(target, item, disk)
  let fd: number
  try {
    fd = openSync(target, constants.O_RDONLY | constants.O_DIRECTORY)
  } catch (err) {
    throw ['ENOTDIR', 'ENOENT'].includes(systemCode(err) ?? '') ? replaced(target) : err
  }
  try {
    if (!isMarked(fstatSync(fd, { bigint: true }), own)) throw replaced(target)
    setMode(item, () => disk.setMode(fd, mode))
    if (mtimeMs !== null) disk.setTime(fd, mtimeMs)
  } finally {
    closeSync(fd)
  }
}

function setMode({ kind, mode }: Pick<FetchItem, 'kind' | 'mode'>, set: () => void): void {
  try {
    set()
  } catch (err) {
    // A disk without permissions gives all files the same ones. If the file needs narrower permissions than those,
    // this is an error.
    const isUsual = kind === 'file' ? (mode | PRIVATE_FILE) === mode : (mode | PRIVATE_FOLDER) === mode
    if (!isUsual || !NO_PERMISSIONS.has(systemCode(err) ?? '')) throw err
  }
}

/** Identifies a folder, to notice if another folder takes its place. */
export type FolderMark = Pick<BigIntStats, 'dev' | 'ino'>

/** The mark of the folder at a path, links followed; null if there is none. */
export function markOfFolder(path: Buffer): FolderMark | null {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats?.isDirectory() ? { dev: stats.dev, ino: stats.ino } : null
}

/**
 * Throws `Conflict` if the path now leads to another folder: files would go to a place that the user did not choose.
 */
export function requireFolder(path: Buffer, mark: FolderMark): void {
  const now = markOfFolder(path)
  if (!now || !isMarked(now, mark)) throw replaced(path)
}

function isMarked({ dev, ino }: FolderMark, mark: FolderMark): boolean {
  return dev === mark.dev && ino === mark.ino
}

function replaced(path: Buffer): CoreError {
  return new CoreError(
    'Conflict',
    `${path.toString()} was moved or replaced during the transfer; start the transfer again`,
  )
}

/** Renames a finished part. Fails if the target exists, because an existing file is never replaced. */
export function giveName(part: Buffer, { target }: FetchItem, disk: ThreadDisk): void {
  try {
    disk.link(part, target)
    disk.remove(part)
  } catch (err) {
    // The file has both names if the process was killed between the two calls.
    if (systemCode(err) === 'EEXIST' && isOneFile(part, target)) return disk.remove(part)
    if (!NO_LINKS.has(systemCode(err) ?? '')) throw err
    // Without hard links, another program could still take the name between this check and the rename.
    if (lstatSync(target, { throwIfNoEntry: false }))
      throw new CoreError('AlreadyExists', `${target.toString()} exists`)
    disk.rename(part, target)
  }
}

function isOneFile(one: Buffer, other: Buffer): boolean {
  const [first, second] = [one, other].map((path) => lstatSync(path, { bigint: true, throwIfNoEntry: false }))
  return first !== undefined && second !== undefined && isMarked(first, second)
}
