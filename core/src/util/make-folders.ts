import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from './errors.ts'

/** Creates a folder, private to this user, and all its missing parents. Throws the system's error. */
export function makeFolders(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (err) {
    // Node.js reports `ENOENT` for any error while creating the first of several folders, for example on a read-only
    // disk.
    if (systemCode(err) !== 'ENOENT') throw err
    mkdirSync(firstMissing(path), { mode: 0o700 })
    mkdirSync(path, { recursive: true, mode: 0o700 })
  }
}

function firstMissing(path: string): string {
  const above = dirname(path)
  return above === path || existsSync(above) ? path : firstMissing(above)
}
