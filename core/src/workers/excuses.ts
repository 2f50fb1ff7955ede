import { statfs } from 'node:fs/promises'
import type { ErrorCode } from '../util/errors.ts'

const EXCUSES: ReadonlySet<ErrorCode> = new Set(['Cancelled', 'DiskFull', 'Locked', 'Offline'])
/** A disk with more free space is not full, even if a process reports it. */
const FULL_BYTES = 256 * 2 ** 20

/**
 * Whether an error does not blame the file: the job stops, and tries the file again later. A process that a hostile file
 * has taken over could stop the job for ever with such errors, so `believedCode` checks them.
 */
export function isExcuse(code: ErrorCode): boolean {
  return EXCUSES.has(code)
}

interface Circumstances {
  /** The excuses that the pool expects of its processes. */
  readonly named: readonly ErrorCode[]
  /** Folders on the disks to which the process writes. */
  readonly places: readonly string[]
}

/** The code of an excuse of a boxed process, as far as it can be checked: the same one, or one that blames the file. */
export async function believedCode(code: ErrorCode, { named, places }: Circumstances): Promise<ErrorCode> {
  if (code !== 'DiskFull') return named.includes(code) ? code : 'Corrupt'
  const free = await Promise.all(places.map((path) => freeBytes(path).catch(() => 0)))
  // The disk may have space again because the process has removed its files, so the file is tried once more.
  return free.some((bytes) => bytes < FULL_BYTES) ? code : 'Unavailable'
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}
