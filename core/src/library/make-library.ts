import { lstat, mkdir, rename, rm } from 'node:fs/promises'
import { databaseError } from '../db/index.ts'
import { CoreError } from '../util/errors.ts'
import { pathError } from '../util/path-error.ts'
import { libraryFiles, type Manifest, writeManifest } from './manifest.ts'
import { createDatabase } from './prepare-database.ts'

/**
 * Creates a complete library folder, or none at all: it is filled under a temporary name, and renamed at the end.
 * Throws `AlreadyExists`, `PermissionDenied` or `DiskFull`.
 */
export async function makeLibrary(path: string, manifest: Manifest): Promise<void> {
  if (await isTaken(path)) throw new CoreError('AlreadyExists', `${path} exists already`)
  const draft = `${path}.${manifest.id}.tmp`
  try {
    await mkdir(draft, { mode: 0o700 })
    await mkdir(libraryFiles(draft).sidecars)
    await writeManifest(draft, manifest)
    await createDatabase(libraryFiles(draft).database)
    await rename(draft, path)
  } catch (err) {
    await rm(draft, { recursive: true, force: true })
    throw databaseError(pathError(err, path), path)
  }
}

async function isTaken(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}
