import { constants } from 'node:fs'
import { access, statfs } from 'node:fs/promises'
import { displayName, type RawName } from '../../util/file-name.ts'
import { pathErrorCode } from '../../util/path-error.ts'
import { folderOf, look } from './place-file.ts'

/** Why a file is not moved. */
export const conflictReasons = [
  'gone',
  'offline',
  'changed',
  'open',
  'other-location',
  'read-only',
  'exists',
  'no-space',
] as const
export type ConflictReason = (typeof conflictReasons)[number]

/** A file that stays where it is, with the sentence that says why. */
export interface Conflict {
  readonly path: string
  readonly reason: ConflictReason
  readonly message: string
}

/** What is left on a disk that files are copied to: a database that grows meanwhile must have room. */
const RESERVED_BYTES = 67_108_864

/** Room on the disk of a folder, of which what is planned is taken off. */
export class Room {
  readonly #device: bigint | null
  #bytes: number

  private constructor(device: bigint | null, bytes: number) {
    this.#device = device
    this.#bytes = bytes
  }

  static async of(folder: RawName): Promise<Room> {
    const stats = await look(folder)
    const space = stats && (await statfs(typeof folder === 'string' ? folder : Buffer.from(folder)))
    return new Room(stats?.dev ?? null, space ? space.bavail * space.bsize - RESERVED_BYTES : Infinity)
  }

  /** Takes what a file needs; false where there is not so much. A file of the same disk gets another name, and needs nothing. */
  take(file: { dev: bigint; nlink: bigint; size: bigint }): boolean {
    if (file.dev === this.#device && file.nlink === 1n) return true
    if (Number(file.size) > this.#bytes) return false
    this.#bytes -= Number(file.size)
    return true
  }
}

/** Whether files can be taken out of the folder of a path, or put into it. */
export async function isWritable(path: RawName): Promise<boolean> {
  try {
    await access(folderOf(path), constants.W_OK)
    return true
  } catch (err) {
    // One that does not exist is made.
    return pathErrorCode(err) === 'NotFound'
  }
}

export function conflict(path: RawName, reason: ConflictReason, more = ''): Conflict {
  return { path: displayName(path), reason, message: `${sentences[reason]}${more}` }
}

const sentences: Readonly<Record<ConflictReason, string>> = {
  gone: 'it is not there any more',
  offline: 'its volume is not mounted',
  changed: 'it is not as the index knows it',
  open: 'another program is writing to it',
  'other-location': 'it lies in another location than what it belongs to',
  'read-only': 'its folder cannot be written to',
  exists: 'another file is in its place',
  'no-space': 'there is not enough room for it',
}
