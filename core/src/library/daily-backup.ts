import { rename, rm, stat } from 'node:fs/promises'
import { type Backup, backUp, listBackups } from './backup.ts'
import { maintain } from './maintenance.ts'
import { libraryFiles } from './manifest.ts'

const DAY_MS = 86_400_000
/** Number of automatic backups to keep. Backups made by the user or by an upgrade are never removed. */
const KEPT = 7

export interface DailyBackup {
  readonly made: Backup
  /** Older backups that are damaged. They were renamed, so that nobody restores them by mistake. */
  readonly damaged: readonly string[]
}

/**
 * Backs a library up if it has changed and its last backup is more than a day old; otherwise returns null. Checks the
 * older automatic backups, and removes all but the newest seven. Throws the errors of `backUp`; then nothing is
 * removed.
 */
export async function backUpDaily(
  { path, now }: { readonly path: string; readonly now: () => number },
  signal: AbortSignal,
): Promise<DailyBackup | null> {
  const { backups, database } = libraryFiles(path)
  if (!(await isDue({ backups, database, now: now() }))) return null
  const made = await backUp({ database, dir: backups, now, automatic: true }, signal)
  const older = (await listBackups(backups)).filter((file) => isAutomatic(file) && file !== made.path)
  const damaged: string[] = []
  for (const file of older) {
    if ((await maintain({ kind: 'check', file }, signal)).every(({ check }) => check !== 'integrity')) continue
    await rename(file, `${file}.damaged`)
    damaged.push(file)
  }
  const sound = older.filter((file) => !damaged.includes(file))
  for (const file of sound.slice(KEPT - 1)) await rm(file, { force: true })
  return { made, damaged }
}

async function isDue(of: { backups: string; database: string; now: number }): Promise<boolean> {
  const [newest] = await listBackups(of.backups)
  if (newest === undefined) return true
  const backedUpAt = (await stat(newest)).mtimeMs
  // If the clock was set back, the age is negative, and the library must be backed up.
  const age = of.now - backedUpAt
  if (age >= 0 && age < DAY_MS) return false
  const files = await Promise.all([of.database, `${of.database}-wal`].map((file) => stat(file).catch(() => null)))
  return files.some((stats) => stats !== null && stats.mtimeMs > backedUpAt)
}

function isAutomatic(file: string): boolean {
  return file.endsWith('_daily.db')
}
