import { readlinkSync, realpathSync } from 'node:fs'
import { systemCode } from '../../../util/errors.ts'
import { bytesToName } from '../../../util/file-name.ts'

/**
 * Whether a path that had no links still has none. A folder above it may have been replaced by a link to another
 * place. If `fd` is given, the system is asked for the path of that open file, where it can tell. Always true on
 * Windows, where making a link needs rights that other users do not have.
 */
export function isInPlace(path: Buffer, fd: number | null = null): boolean {
  if (process.platform === 'win32') return true
  const place = fd === null ? null : placeOfOpen(fd)
  if (place?.equals(path)) return true
  // If the disk ignores case, Linux returns the name by which the file was first opened.
  if (place !== null && foldCase(place) !== foldCase(path)) return false
  return isSamePlace(realpathSync.native(path, 'buffer'), path)
}

/** Whether a path is its own real path, that is, has no links. Always true on Windows; see `isInPlace`. */
export function isSamePlace(real: Buffer, path: Buffer): boolean {
  if (process.platform === 'win32' || real.equals(path)) return true
  return process.platform === 'darwin' && foldAccents(real) === foldAccents(path)
}

/** The path of an open file; null on systems that cannot tell it. */
function placeOfOpen(fd: number): Buffer | null {
  if (process.platform !== 'linux') return null
  try {
    return readlinkSync(`/proc/self/fd/${fd}`, 'buffer')
  } catch (err) {
    // A system without /proc.
    if (systemCode(err) === 'ENOENT') return null
    throw err
  }
}

/** Some disks of macOS return a name in another Unicode form than in listings. */
function foldAccents(path: Buffer): string {
  const name = bytesToName(new Uint8Array(path))
  return typeof name === 'string' ? name.normalize('NFC') : path.toString('latin1')
}

function foldCase(path: Buffer): string {
  return foldAccents(path).toLowerCase()
}
