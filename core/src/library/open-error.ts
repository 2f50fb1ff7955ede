import { basename } from 'node:path'
import { databaseError } from '../db/index.ts'
import { CoreError, errorMessage } from '../util/errors.ts'
import { pathError } from '../util/path-error.ts'
import { shellWord } from '../util/shell-word.ts'
import { newestGoodBackup } from './backup.ts'
import { libraryFiles } from './manifest.ts'

/**
 * Explains why the library at `path` was not opened, with the remedy: another way to open it, or its newest good
 * backup.
 */
export async function openError(thrown: unknown, path: string): Promise<unknown> {
  const { backups, database } = libraryFiles(path)
  const err = pathError(databaseError(thrown, database), path)
  if (!(err instanceof CoreError)) return err
  if (err.code === 'PermissionDenied') {
    const message = `${path} cannot be written; it can be looked at with \`spacedrive library open ${shellWord(path)} --read-only\``
    return new CoreError('PermissionDenied', message, { cause: err })
  }
  if (err.code !== 'Corrupt') return err
  const goodBackup = await newestGoodBackup(backups)
  const help = goodBackup
    ? `put back its backup ${basename(goodBackup)} with \`spacedrive library restore ${shellWord(path)}\``
    : 'it has no good backup: make a new library and add its folders again'
  const message = `the database of ${path} is damaged (${errorMessage(err.cause ?? err)}); ${help}`
  return new CoreError('Corrupt', message, { cause: err, details: { goodBackup } })
}
