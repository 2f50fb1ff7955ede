import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { CoreError, systemCode } from '../util/errors.ts'
import { takeLock } from '../util/lock-file.ts'
import { pathError } from '../util/path-error.ts'
import { backUp, newestGoodBackup } from './backup.ts'
import { maintain } from './maintenance.ts'
import { libraryFiles } from './manifest.ts'

export interface RestoreOptions {
  /** The library's folder. */
  readonly path: string
  readonly name: string
  /** The backup to restore; null for the newest good backup. */
  readonly backup: string | null
  readonly now: () => number
}

export interface Restored {
  /** The backup that was restored. */
  readonly restored: string
  /** The new path of the previous database; null if there was none. */
  readonly setAside: string | null
}

/**
 * Replaces a library's database with a backup; the old database is set aside together with its WAL. If this is
 * interrupted, the library may have no database. Opening it then reports that, and the restore can be repeated. Throws
 * `Locked`, `NotFound`, `Corrupt` or `DiskFull`.
 */
export async function restoreDatabase(
  { path, name, backup, now }: RestoreOptions,
  signal: AbortSignal,
): Promise<Restored> {
  const { backups, database, lock } = libraryFiles(path)
  const draft = join(path, '.restore')
  try {
    using _lock = takeLock(lock, `library ${name}`)
    const from = backup === null ? await newestGoodBackup(backups, signal) : await soundBackup(backup, signal)
    if (!from) throw new CoreError('NotFound', `${path} has no intact backup`)
    const copy = await backUp({ database: from, dir: draft, now }, signal)
    const setAside = `${database}.damaged-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}`
    const wasThere = await moveIfThere(database, setAside)
    // The WAL belongs to the previous database.
    for (const end of ['-wal', '-shm']) await moveIfThere(database + end, setAside + end)
    await rename(copy.path, database)
    return { restored: from, setAside: wasThere ? setAside : null }
  } catch (err) {
    throw pathError(err, database)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

/**
 * Checks a backup, and returns its path. Throws `Corrupt` unless the file is a complete database of a library without
 * problems.
 */
export async function soundBackup(file: string, signal: AbortSignal): Promise<string> {
  const [problem] = await maintain({ kind: 'check', file }, signal)
  if (problem) throw new CoreError('Corrupt', `${file} is not sound: ${problem.detail}`)
  return file
}

/** Moves a file if it exists. Returns whether it existed. */
async function moveIfThere(from: string, to: string): Promise<boolean> {
  return rename(from, to).then(
    () => true,
    (err: unknown) => {
      if (systemCode(err) === 'ENOENT') return false
      throw err
    },
  )
}
