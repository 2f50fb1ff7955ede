import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import { errorMessage, systemCode } from '../util/errors.ts'
import { fsPath } from '../util/file-name.ts'
import { reachable } from '../util/reachable-path.ts'
import type { ByteSource } from './types/byte-source.ts'

/** A path for the functions of `fs`. */
export type FilePath = string | Buffer

/** Why a file could not be read; `code` is a system code (`EACCES`, `ENOENT`, …) or one of those below. */
export interface ReadFailure {
  readonly state: 'failed'
  readonly code: string
  readonly message: string
}

/** The path is a FIFO, socket, device or folder; the system has no code for this. */
export const NOT_A_FILE = 'ENOTFILE'

/** Do not follow a symlink, and do not block on a FIFO. Windows has neither flag. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** A file that is closed when it is disposed. */
export interface OpenFile extends Disposable {
  readonly fd: number
}

/**
 * Opens a file for reading, of any kind. A symlink at the end of the path is not followed. Throws the system's error.
 * Blocks the thread: for workers.
 */
export function openForReading(path: FilePath): OpenFile {
  using short = reachable(path)
  const fd = openSync(fsPath(short.path), OPEN_FLAGS)
  return { fd, [Symbol.dispose]: () => closeSync(fd) }
}

/**
 * Opens a regular file and runs `use` on it. Errors and other kinds of files give a failure. Blocks the thread: for
 * workers.
 */
export function withRegularFile<T>(path: FilePath, use: (fd: number, stat: BigIntStats) => T): T | ReadFailure {
  try {
    using file = openForReading(path)
    const stat = fstatSync(file.fd, BIGINT)
    if (!stat.isFile()) return { state: 'failed', code: NOT_A_FILE, message: 'not a regular file' }
    return use(file.fd, stat)
  } catch (err) {
    return { state: 'failed', code: systemCode(err) ?? 'EUNKNOWN', message: errorMessage(err) }
  }
}

/** Reads `length` bytes, or fewer if the file ends; returns the number of bytes read. */
export function readFully(
  fd: number,
  target: Uint8Array,
  at: { start: number; length: number; position: number },
): number {
  let done = 0
  while (done < at.length) {
    const read = readSync(fd, target, at.start + done, at.length - done, at.position + done)
    if (read === 0) break
    done += read
  }
  return done
}

/** Whether the file was not written between two `fstat` calls. */
export function isUnchanged(before: BigIntStats, after: BigIntStats): boolean {
  return (
    before.size === after.size &&
    before.mtimeNs === after.mtimeNs &&
    before.ctimeNs === after.ctimeNs &&
    before.ino === after.ino
  )
}

/** The open file as a byte source; `head` is its beginning, already read. */
export function fileSource(fd: number, size: number, head: Uint8Array): ByteSource {
  return {
    size,
    head,
    read(offset, length) {
      if (offset + length <= head.length) return head.subarray(offset, offset + length)
      const target = new Uint8Array(Math.max(0, Math.min(length, size - offset)))
      return target.subarray(0, readFully(fd, target, { start: 0, length: target.length, position: offset }))
    },
  }
}

const BIGINT = { bigint: true } as const
