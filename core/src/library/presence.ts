import { stat } from 'node:fs/promises'
import { libraryFiles } from './manifest.ts'

/** The files of an open library on the disk, identified by device and inode: its database, and the WAL beside it. */
export interface OnDisk {
  readonly database: string | null
  readonly log: string | null
}

/** Identifies the files of a library. A field is null if the file does not exist or cannot be read. */
export async function lookAtLibrary(path: string): Promise<OnDisk> {
  const { database } = libraryFiles(path)
  const [db, log] = await Promise.all([identityOf(database), identityOf(`${database}-wal`)])
  return { database: db, log }
}

/**
 * How an open library was lost: its folder was removed or replaced, or the WAL of its database was removed. Null if it
 * was not lost.
 */
export function changeOf(before: OnDisk, now: OnDisk): 'gone' | 'log' | null {
  if (now.database !== before.database) return 'gone'
  return before.log !== null && now.log !== before.log ? 'log' : null
}

async function identityOf(file: string): Promise<string | null> {
  const stats = await stat(file, { bigint: true }).catch(() => null)
  return stats && `${stats.dev} ${stats.ino}`
}
