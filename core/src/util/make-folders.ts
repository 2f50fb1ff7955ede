import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { systemCode } from './errors.ts'

/** Makes a folder, private to this user, and all above it that are missing. Throws the system's own reason. */
export function makeFolders(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (err) {
    // Node.js says `ENOENT` whatever kept the first of several folders from being made: on a read-only disk, too.
    if (systemCode(err) !== 'ENOENT') throw err
    mkdirSync(firstMissing(path), { mode: 0o700 })
    mkdirSync(path, { recursive: true, mode: 0o700 })
  }
}

function firstMissing(path: string): string {
  const above = dirname(path)
  return above === path || existsSync(above) ? path : firstMissing(above)
}
