import {
  type BigIntStats,
  chmodSync,
  constants,
  fchmodSync,
  fdatasync,
  futimesSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs'
import { copyFile, link, mkdir, open, rename, rm, unlink, utimes } from 'node:fs/promises'
import { syncDirectory } from '../util/write-file.ts'
import { markOrigin } from './mark-origin.ts'

/** A path in the form that `fs` accepts. */
type Path = string | Buffer

/**
 * All system calls that change a user's files. Only this module changes them, which `scripts/user-files.ts` checks.
 * Each method is one system call, so that tests can make any of them fail or hang. Throws the system's errors.
 */
export interface UserDisk {
  /**
   * Creates a folder and its missing parents. Returns the first folder that it created; undefined if the folder
   * exists.
   */
  makeFolder(path: Path): Promise<string | undefined>
  /** Gives a file a second name. Never replaces a file. */
  link(from: Path, to: Path): Promise<void>
  /** Renames a file. Replaces the file at `to` if there is one. */
  rename(from: Path, to: Path): Promise<void>
  /** Copies the bytes of a file. Never replaces a file. */
  copy(from: Path, to: Path): Promise<void>
  setTimes(path: Path, times: Pick<BigIntStats, 'atimeNs' | 'mtimeNs'>): Promise<void>
  /** Resolves when the bytes of a file are on the disk. */
  sync(path: Path): Promise<void>
  /** Resolves when the names in a folder are on the disk. */
  syncFolder(path: Path): Promise<void>
  remove(path: Path): Promise<void>
  /** Removes an unfinished file of Spacedrive. Does nothing if there is none. */
  removeDraft(path: Path): Promise<void>
}

/** The same for threads, which may wait for the disk synchronously. */
export interface ThreadDisk {
  /** Throws `EEXIST` if there is an entry. */
  makeFolder(path: Path, mode: number): void
  makeFolders(path: Path): void
  /** Creates a file for reading and writing, and returns its descriptor. Throws `EEXIST` if there is an entry. */
  createFile(path: Path, mode: number): number
  /** Opens a file for reading and writing. Does not follow a link, and does not wait for a pipe. */
  openFile(path: Path): number
  write(fd: number, bytes: Uint8Array, at: number, length: number, position: number | null): number
  /** Calls `done` when the bytes of a file are on the disk. */
  flush(fd: number, done: (err: Error | null) => void): void
  setMode(file: Path | number, mode: number): void
  /** Sets the modification time, in milliseconds since 1970. */
  setTime(file: Path | number, mtimeMs: number): void
  /** Records the origin of a file in an attribute. Returns null on success, otherwise the reason. */
  markOrigin(path: Uint8Array, origin: string): string | null
  link(from: Path, to: Path): void
  rename(from: Path, to: Path): void
  remove(path: Path): void
  /** Removes an unfinished file of Spacedrive. Does nothing if there is none. */
  removeDraft(path: Path): void
}

/** This device's disk. */
export const userDisk: UserDisk = {
  makeFolder: (path) => mkdir(path, { recursive: true }),
  link,
  rename,
  copy: (from, to) => copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE),
  setTimes: (path, { atimeNs, mtimeNs }) => utimes(path, seconds(atimeNs), seconds(mtimeNs)),
  async sync(path) {
    await using file = await open(path, 'r+')
    await file.sync()
  },
  syncFolder: syncDirectory,
  remove: unlink,
  removeDraft: (path) => rm(path, { force: true }),
}

/** Do not follow a symlink, and do not block on a FIFO. Windows has neither flag. */
const OPEN_FLAGS = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const CREATE_FLAGS = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL
const MS_PER_SECOND = 1_000

/** This device's disk, for threads. */
export const threadDisk: ThreadDisk = {
  makeFolder: (path, mode) => mkdirSync(path, { mode }),
  makeFolders: (path) => void mkdirSync(path, { recursive: true }),
  createFile: (path, mode) => openSync(path, CREATE_FLAGS, mode),
  openFile: (path) => openSync(path, OPEN_FLAGS),
  write: writeSync,
  flush: fdatasync,
  setMode: (file, mode) => (typeof file === 'number' ? fchmodSync(file, mode) : chmodSync(file, mode)),
  setTime(file, mtimeMs) {
    const time = mtimeMs / MS_PER_SECOND
    if (typeof file === 'number') futimesSync(file, time, time)
    else utimesSync(file, time, time)
  },
  markOrigin,
  link: linkSync,
  rename: renameSync,
  remove: unlinkSync,
  removeDraft: (path) => rmSync(path, { force: true }),
}

/** Converts a time for `utimes`, which takes seconds as a floating-point number and rounds them down. */
function seconds(nanoseconds: bigint): number {
  return Number(nanoseconds + ROUNDING_NS) / 1e9
}

/** How many nanoseconds a present-day time may lose when it is converted to a floating-point number. */
const ROUNDING_NS = 300n
