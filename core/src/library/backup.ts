import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { backup } from '../db/sqlite.ts'
import { databaseError, openDatabase } from '../db/index.ts'
import { CoreError } from '../util/errors.ts'
import { isAlive } from '../util/lock-file.ts'
import { pathError } from '../util/path-error.ts'
import { maintain } from './maintenance.ts'

/** Number of pages copied in one step; between the steps, other work can run. */
const PAGES_PER_STEP = 1_024
const NAME = /^database_backup_\d{8}_\d{6}(_\d+)?(_daily)?\.db$/
/** Matches the name of an unfinished backup, which contains the id of the process that writes it. */
const DRAFT = /^\.database_backup\.(\d+)\.[0-9a-f-]{36}\.tmp/

export interface Backup {
  readonly path: string
  readonly bytes: number
  /** Whether the copy was read back and has no problem. */
  readonly verified: boolean
}

/**
 * Copies a database while it is in use, checks the copy, and only then gives it its final name. Throws `DiskFull`,
 * `PermissionDenied`, or `Corrupt` if the copy is damaged.
 */
export async function backUp(
  of: {
    readonly database: string
    readonly dir: string
    readonly now: () => number
    /** Whether the backup is automatic. Such a backup is removed when there are seven newer ones. */
    readonly automatic?: boolean
  },
  signal?: AbortSignal,
): Promise<Backup> {
  const draft = join(of.dir, `.database_backup.${process.pid}.${randomUUID()}.tmp`)
  try {
    await makeFolder(of.dir)
    await removeAbandoned(of.dir)
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
    const path = await freeName(of.dir, { now: of.now(), ending: of.automatic ? '_daily' : '' })
    await rename(draft, path)
    return { path, bytes: (await stat(path)).size, verified: true }
  } catch (err) {
    throw databaseError(pathError(err, of.dir), of.dir)
  } finally {
    await removeDraft(draft)
  }
}

/** Creates the folder of backups. Throws `InvalidInput` if something other than a folder has the name. */
async function makeFolder(dir: string): Promise<void> {
  const stats = await stat(dir).catch(() => null)
  if (stats && !stats.isDirectory())
    throw new CoreError('InvalidInput', `${dir} is not a folder; name a folder for the backup with --to <folder>`)
  await mkdir(dir, { recursive: true, mode: 0o700 })
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

/** The newest backup without a problem; null if there is none. */
export async function newestGoodBackup(dir: string, signal?: AbortSignal): Promise<string | null> {
  for (const path of await listBackups(dir)) {
    if ((await maintain({ kind: 'check', file: path }, signal)).length === 0) return path
  }
  return null
}

/** Copies a consistent snapshot of the database to a single file, without a WAL beside it. */
async function copy(database: string, to: string): Promise<void> {
  const source = openDatabase(database, { readOnly: true })
  try {
    // The transaction stays open. Otherwise, SQLite starts again whenever another connection writes between two steps.
    source.exec('begin')
    source.prepare('select 1 from sqlite_schema').get()
    // If SQLite created the file, other users could read it.
    await writeFile(to, '', { mode: 0o600, flag: 'a' })
    await backup(source, to, { rate: PAGES_PER_STEP })
  } finally {
    source.close()
  }
  const target = openDatabase(to)
  try {
    target.exec('pragma journal_mode = delete')
  } finally {
    target.close()
  }
}

/** Removes the drafts of processes that were killed during a backup. */
async function removeAbandoned(dir: string): Promise<void> {
  for (const name of await readdir(dir)) {
    const pid = Number(DRAFT.exec(name)?.[1] ?? process.pid)
    if (!isAlive({ pid, host: hostname(), started: null, since: '' })) await rm(join(dir, name), { force: true })
  }
}

async function removeDraft(draft: string): Promise<void> {
  // Best effort: the next backup removes leftovers, and the caller must get the original error.
  const removals = ['', '-wal', '-shm', '-journal'].map((end) => rm(`${draft}${end}`, { force: true }))
  await Promise.allSettled(removals)
}

async function freeName(dir: string, { ending, now }: { now: number; ending: string }): Promise<string> {
  const [date = '', time = ''] = new Date(now).toISOString().replaceAll(/[-:]/g, '').split('.')[0]!.split('T')
  for (let n = 1; ; n++) {
    const path = join(dir, `database_backup_${date}_${time}${n === 1 ? '' : `_${n}`}${ending}.db`)
    if (!(await exists(path))) return path
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
