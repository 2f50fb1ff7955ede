import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { backup } from 'node:sqlite'
import { openDatabase } from '../db/index.ts'
import { CoreError, systemCode } from '../util/errors.ts'
import { maintain } from './maintenance.ts'

/** Pages copied between two chances for others to write. */
const PAGES_PER_STEP = 1_024
const NAME = /^database_backup_\d{8}_\d{6}(_\d+)?\.db$/

export interface Backup {
  readonly path: string
  readonly bytes: number
  /** The copy was read back and found sound. */
  readonly verified: boolean
}

/**
 * Copies a database while it is in use, checks the copy, and only then gives it its name.
 * Throws `DiskFull`, `PermissionDenied`, or `Corrupt` where the copy is not sound.
 */
export async function backUp(of: { database: string; dir: string }, signal?: AbortSignal): Promise<Backup> {
  const draft = join(of.dir, `.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`)
  try {
    await mkdir(of.dir, { recursive: true })
    await copy(of.database, draft)
    const problems = await maintain({ kind: 'check', file: draft }, signal)
    const wrong = problems.find((problem) => problem.check === 'integrity')
    if (wrong)
      throw new CoreError(
        'Corrupt',
        `the backup of ${of.database} is not sound: ${wrong.detail}; run \`spacedrive library check\``,
      )
    await using file = await open(draft, 'r')
    await file.sync()
    const path = await freeName(of.dir)
    await rename(draft, path)
    return { path, bytes: (await stat(path)).size, verified: true }
  } catch (err) {
    throw toCoreError(err, of.dir)
  } finally {
    await Promise.all(['', '-wal', '-shm', '-journal'].map((end) => rm(`${draft}${end}`, { force: true })))
  }
}

/** The backups of a library, the newest first. */
export async function listBackups(dir: string): Promise<string[]> {
  const names = await readdir(dir).catch(() => [])
  return names
    .filter((name) => NAME.test(name))
    .toSorted()
    .toReversed()
    .map((name) => join(dir, name))
}

/** The newest backup without a problem; null where there is none. */
export async function newestGoodBackup(dir: string, signal?: AbortSignal): Promise<string | null> {
  for (const path of await listBackups(dir)) {
    if ((await maintain({ kind: 'check', file: path }, signal)).length === 0) return path
  }
  return null
}

async function copy(database: string, to: string): Promise<void> {
  const source = openDatabase(database, { readOnly: true })
  try {
    await backup(source, to, { rate: PAGES_PER_STEP })
  } finally {
    source.close()
  }
}

async function freeName(dir: string): Promise<string> {
  const [date = '', time = ''] = new Date().toISOString().replaceAll(/[-:]/g, '').split('.')[0]!.split('T')
  for (let n = 1; ; n++) {
    const path = join(dir, `database_backup_${date}_${time}${n === 1 ? '' : `_${n}`}.db`)
    if (!(await exists(path))) return path
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function toCoreError(err: unknown, dir: string): unknown {
  if (err instanceof CoreError) return err
  const code = systemCode(err)
  if (code === 'ENOSPC' || (err instanceof Error && /disk is full/i.test(err.message))) {
    return new CoreError(
      'DiskFull',
      `no space left for a backup in ${dir}; free some, or choose another folder with --to`,
      { cause: err },
    )
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new CoreError('PermissionDenied', `${dir} cannot be written; choose another folder with --to`, {
      cause: err,
    })
  }
  return err
}
