import {
  chmodSync,
  closeSync,
  constants,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
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

/** Writes all of a small file. */
export function writeWhole(path: Buffer, bytes: Uint8Array): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | (constants.O_NOFOLLOW ?? 0)
  const fd = openSync(path, flags, PRIVATE_FILE)
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at)
  } finally {
    closeSync(fd)
  }
}

/** Sets the permissions and the time of a file or folder. */
export function setDetails(path: Buffer, { kind, mode, mtimeMs }: FetchItem): void {
  try {
    chmodSync(path, mode)
  } catch (err) {
    // On a disk without permissions all files have the same ones. If the file needs narrower permissions, this is an
    // error.
    const isUsual = kind === 'file' ? (mode | PRIVATE_FILE) === mode : (mode | PRIVATE_FOLDER) === mode
    if (!isUsual || !NO_PERMISSIONS.has(systemCode(err) ?? '')) throw err
  }
  if (mtimeMs !== null) utimesSync(path, mtimeMs / 1_000, mtimeMs / 1_000)
}

/** Renames a finished part. Fails if the target exists, because an existing file is never replaced. */
export function giveName(part: Buffer, { target }: FetchItem): void {
  try {
    linkSync(part, target)
    unlinkSync(part)
  } catch (err) {
    if (!NO_LINKS.has(systemCode(err) ?? '')) throw err
    // Without hard links, another program could still take the name between this check and the rename.
    if (lstatSync(target, { throwIfNoEntry: false }))
      throw new CoreError('AlreadyExists', `${target.toString()} exists`)
    renameSync(part, target)
  }
}
