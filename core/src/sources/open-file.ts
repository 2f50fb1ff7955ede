import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises'
import { CoreError, systemCode } from '../util/errors.ts'
import { bytesToName, displayName, fsPath, nameKey, type RawName } from '../util/file-name.ts'
import { unreachableError } from '../util/path-error.ts'
import type { PrivateFiles } from '../util/private-files.ts'

/** A regular file that is open for reading. */
export interface OpenFile extends AsyncDisposable {
  readonly path: RawName
  readonly handle: FileHandle
  /** Stats at the time of opening. */
  readonly stats: BigIntStats
}

export interface OpenFileDeps {
  /** Refuses the files of Spacedrive itself; null for a generated file, such as a thumbnail. */
  readonly guard: Pick<PrivateFiles, 'refuse'> | null
  /** An `lstat` that gives up if a file system does not answer. */
  readonly look: (path: RawName, signal?: AbortSignal) => Promise<BigIntStats>
}

/** A tag that changes with the file: from its inode, size and time. */
export function openedFileTag({ stats: { ino, mtimeNs, size } }: Pick<OpenFile, 'stats'>): string {
  return [ino, size, mtimeNs].map((part) => part.toString(TAG_RADIX)).join('-')
}

const TAG_RADIX = 36

/** Do not follow a symlink, and do not block on a FIFO. Windows has neither flag. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Opens a regular file at an absolute path without symlinks. Other kinds of entries are not opened at all, because
 * opening them could block forever or activate a device. Throws `NotFound`, `PermissionDenied` (also if `guard`
 * refuses the file), `InvalidInput` if the entry is not a file, `Timeout` and `Unavailable`.
 */
export async function openFile(path: RawName, { guard, look }: OpenFileDeps, signal?: AbortSignal): Promise<OpenFile> {
  const shown = displayName(path)
  let handle: FileHandle | null = null
  try {
    assertFile(await look(path, signal), shown)
    handle = await open(fsPath(path), OPEN_FLAGS)
    const opened = handle
    const stats = await opened.stat({ bigint: true })
    assertFile(stats, shown)
    await assertThere(path, opened)
    await guard?.refuse(path)
    return { path, handle: opened, stats, [Symbol.asyncDispose]: () => opened.close() }
  } catch (err) {
    await handle?.close()
    throw err instanceof CoreError ? err : unreachableError(err, shown)
  }
}

function assertFile(stats: BigIntStats, shown: string): void {
  if (stats.isFile()) return
  const what = stats.isDirectory()
    ? 'a folder'
    : stats.isSymbolicLink()
      ? 'a link; ask for the file it leads to'
      : 'no file but a device, socket or pipe'
  throw new CoreError('InvalidInput', `${shown} is ${what}`)
}

/**
 * Checks that the opened file is at the requested path. A folder above it may have been replaced by a symlink before
 * it was opened.
 */
async function assertThere(path: RawName, handle: FileHandle): Promise<void> {
  const place = await placeOf(path, handle)
  if (nameKey(bytesToName(new Uint8Array(place))) === nameKey(path)) return
  throw new CoreError('NotFound', `${displayName(path)} does not exist at this path: a folder above it is a link`)
}

/**
 * The real path of the open file. If possible, it is read from the open file itself, because a second lookup of the
 * same path may lead to another file.
 */
async function placeOf(path: RawName, handle: FileHandle): Promise<Buffer> {
  if (process.platform !== 'linux') return realpath(fsPath(path), 'buffer')
  try {
    return await readlink(`/proc/self/fd/${handle.fd}`, 'buffer')
  } catch (err) {
    // The system has no /proc.
    if (systemCode(err) === 'ENOENT') return realpath(fsPath(path), 'buffer')
    throw err
  }
}
