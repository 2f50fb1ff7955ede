import { stat } from 'node:fs/promises'
import { libraryFiles } from './manifest.ts'

/** What an open library looks like on the disk: its database and the log beside it, by device and inode. */
export interface OnDisk {
  readonly database: string | null
  readonly log: string | null
}

/** Null for a file that is not there. Throws where the disk does not say. */
export async function lookAtLibrary(path: string): Promise<OnDisk> {
  const { database } = libraryFiles(path)
  const [db, log] = await Promise.all([identityOf(database), identityOf(`${database}-wal`)])
  return { database: db, log }
}

/** What has become of an open library: its folder is gone or another one, or the log of its database is. */
export function changeOf(before: OnDisk, now: OnDisk): 'gone' | 'log' | null {
  if (now.database !== before.database) return 'gone'
  return before.log !== null && now.log !== before.log ? 'log' : null
}

async function identityOf(file: string): Promise<string | null> {
  const stats = await stat(file, { bigint: true }).catch(() => null)
  return stats && `${stats.dev} ${stats.ino}`
}
