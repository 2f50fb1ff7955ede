import { readlinkSync, realpathSync } from 'node:fs'
import { systemCode } from '../../../util/errors.ts'
import { bytesToName } from '../../../util/file-name.ts'

/**
 * Whether a path without links still has none: a folder above it may have been replaced by a link to another place.
 * `fd`: the open file at the path, which is asked itself if possible. Always true on Windows, where making a link needs
 * rights that other users do not have.
 */
export function isInPlace(path: Buffer, fd: number | null = null): boolean {
  if (process.platform === 'win32') return true
  const place = (fd === null ? null : placeOfOpen(fd)) ?? realpathSync.native(path, 'buffer')
  return place.equals(path) || (process.platform === 'darwin' && foldAccents(place) === foldAccents(path))
}

/** Null on systems that do not tell. */
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

/** Some disks of macOS tell a name in another Unicode form than they list it in. */
function foldAccents(path: Buffer): string | null {
  const name = bytesToName(new Uint8Array(path))
  return typeof name === 'string' ? name.normalize('NFC') : null
}
