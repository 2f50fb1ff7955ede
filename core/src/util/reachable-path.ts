import { closeSync, constants, openSync } from 'node:fs'
import { bytesToName, joinName, nameBytes, type RawName } from './file-name.ts'

/** A path that fits in a system call. Its open folders stay open until it is disposed. */
export interface ReachablePath extends Disposable {
  readonly path: RawName
}

/**
 * Limit on the length of a path. Linux refuses paths above 4,096 bytes (`PATH_MAX`) in every call. The caller may
 * append a slash and a name of 255 bytes.
 */
const MAX_PATH_BYTES = 4_096 - 257

/**
 * The path itself, or `/proc/self/fd/N/<name>` if it is too long for Linux. In that case, the folders above it are
 * opened one after another, never through a symlink. Throws the system's error if one cannot be opened.
 */
export function reachable(path: RawName): ReachablePath {
  // A character has at most 3 bytes, so most paths need not be measured exactly.
  if (path.length * 3 <= MAX_PATH_BYTES) return asItIs(path)
  const bytes = Buffer.from(nameBytes(path))
  if (bytes.length <= MAX_PATH_BYTES || process.platform !== 'linux') return asItIs(path)
  const slash = bytes.lastIndexOf(0x2f)
  const fd = openFolder(bytes.subarray(0, slash))
  return {
    path: joinName(`/proc/self/fd/${fd}`, bytesToName(bytes.subarray(slash + 1))),
    [Symbol.dispose]: () => closeSync(fd),
  }
}

/**
 * The same for a folder whose entries will be read. The result is `/proc/self/fd/N` if the path of the folder, or of
 * its entries, would be too long.
 */
export function reachableFolder(dir: RawName): ReachablePath {
  if (dir.length * 3 <= MAX_PATH_BYTES) return asItIs(dir)
  const bytes = Buffer.from(nameBytes(dir))
  if (bytes.length <= MAX_PATH_BYTES || process.platform !== 'linux') return asItIs(dir)
  const fd = openFolder(bytes)
  return { path: `/proc/self/fd/${fd}`, [Symbol.dispose]: () => closeSync(fd) }
}

function asItIs(path: RawName): ReachablePath {
  return { path, [Symbol.dispose]: () => {} }
}

function openFolder(path: Buffer): number {
  let rest = path
  let fd = -1
  try {
    while (rest.length > 0) {
      const cut = rest.length <= MAX_PATH_BYTES ? rest.length : rest.lastIndexOf(0x2f, MAX_PATH_BYTES)
      const piece = rest.subarray(0, cut)
      const start = fd < 0 ? piece : Buffer.concat([Buffer.from(`/proc/self/fd/${fd}/`), piece])
      const next = openSync(start, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
      if (fd >= 0) closeSync(fd)
      fd = next
      rest = rest.subarray(cut + 1)
    }
    return fd
  } catch (err) {
    if (fd >= 0) closeSync(fd)
    throw err
  }
}
