import { existsSync, lstatSync, mkdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { CoreError } from './errors.ts'

/** A folder for temporary files that survives a reboot on most systems. */
const LASTING = '/var/tmp'

/**
 * The home folder of this user. In a container, a user id may have no account and no `HOME`. In that case, a private
 * folder in a directory for temporary files is used instead, and created if necessary. Throws `PermissionDenied` if
 * other users can access that folder.
 */
export function homeFolder(): string {
  return accountHome() ?? standIn()
}

/** Whether this user has no home folder, so that another folder is used. */
export function isHomeless(): boolean {
  return accountHome() === null
}

function accountHome(): string | null {
  try {
    return homedir() || null
  } catch {
    return null
  }
}

function standIn(): string {
  const uid = process.getuid?.() ?? 0
  const path = join(existsSync(LASTING) ? LASTING : tmpdir(), `spacedrive-home-${uid}`)
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const stats = lstatSync(path)
  if (stats.isDirectory() && stats.uid === uid && (stats.mode & 0o077) === 0) return path
  throw new CoreError(
    'PermissionDenied',
    `user ${uid} has no home folder, and others can enter ${path}; set HOME, or choose a folder with --data-dir`,
  )
}
