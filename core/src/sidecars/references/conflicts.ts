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

/** A file that stays where it is, with the reason as a sentence. */
export interface Conflict {
  readonly path: string
  readonly reason: ConflictReason
  readonly message: string
}

/** Bytes to leave free on the target disk, so that a growing database has room. */
const RESERVED_BYTES = 67_108_864

/** The free space on the disk of a folder, less the space of planned files. */
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

  /**
   * Reserves the space of a file; false if there is not enough. A file with only one name on the same disk needs no
   * space, because it just gets another name.
   */
  take(file: { dev: bigint; nlink: bigint; size: bigint }): boolean {
    if (file.dev === this.#device && file.nlink === 1n) return true
    if (Number(file.size) > this.#bytes) return false
    this.#bytes -= Number(file.size)
    return true
  }
}

/** Whether files can be added to the folder of a path, or removed from it. */
export async function isWritable(path: RawName): Promise<boolean> {
  try {
    await access(folderOf(path), constants.W_OK)
    return true
  } catch (err) {
    // A missing folder will be created.
    return pathErrorCode(err) === 'NotFound'
  }
}

export function conflict(path: RawName, reason: ConflictReason, more = ''): Conflict {
  return { path: displayName(path), reason, message: `${sentences[reason]}${more}` }
}

const sentences: Readonly<Record<ConflictReason, string>> = {
  gone: 'it no longer exists',
  offline: 'its volume is not mounted',
  changed: 'it has changed since it was indexed',
  open: 'another program is writing to it',
  'other-location': 'it is in another location than the file it belongs to',
  'read-only': 'its folder cannot be written to',
  exists: 'another file is in its place',
  'no-space': 'there is not enough room for it',
}
