import type { ReadDatabase } from '../db/sqlite.ts'
import { openDatabase } from '../db/index.ts'
import { CoreError } from '../util/errors.ts'
import type { Logger } from '../util/logger.ts'
import { listBackups } from './backup.ts'
import { libraryFiles, Manifest, readManifest, type ReadManifestOptions, writeManifest } from './manifest.ts'
import type { LibraryStore } from '../store/index.ts'

/**
 * Stores the manifest in the database, and so in every backup of the database. Does nothing if it is already stored.
 */
export async function keepIdentity(store: LibraryStore, manifest: Manifest): Promise<void> {
  if (readFrom(store.connection)?.json === JSON.stringify(manifest)) return
  await store.write(({ db }) =>
    db
      .insertInto('library_identity')
      .values({ id: 1, manifest: JSON.stringify(manifest) })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ manifest: JSON.stringify(manifest) }))
      .execute(),
  )
}

/**
 * The manifest of the library to which a database or backup belongs. Null if the file is older than migration 011, or
 * damaged.
 */
export function identityIn(file: string): Manifest | null {
  try {
    const db = openDatabase(file, { readOnly: true })
    try {
      return readFrom(db)?.manifest ?? null
    } finally {
      db.close()
    }
  } catch {
    return null
  }
}

interface RecoverOptions extends ReadManifestOptions {
  /** The entry for this folder in the list of libraries; used if neither the database nor a backup has a manifest. */
  readonly known?: Pick<Manifest, 'id' | 'name'> | undefined
  readonly log: Logger
}

/**
 * The manifest of a library. If `library.json` is missing or damaged, it is restored from the database, a backup, or
 * `known`. If none of them has it, throws the errors of `readManifest`.
 */
export async function recoverManifest(path: string, { known, log, readOnly }: RecoverOptions): Promise<Manifest> {
  try {
    return await readManifest(path, { readOnly })
  } catch (err) {
    if (!(err instanceof CoreError) || (err.code !== 'NotFound' && err.code !== 'Corrupt')) throw err
    const manifest = await keptManifest(path, known)
    if (!manifest) throw err
    log.warn({ path, id: manifest.id }, `${err.message}; using the copy in the database`)
    if (!readOnly) await writeManifest(path, manifest)
    return manifest
  }
}

async function keptManifest(path: string, known: RecoverOptions['known']): Promise<Manifest | null> {
  const { backups, database } = libraryFiles(path)
  for (const file of [database, ...(await listBackups(backups))]) {
    const manifest = identityIn(file)
    if (manifest) return manifest
  }
  // A folder without a database is not a library.
  if (!known || !isDatabase(database)) return null
  return Manifest.parse({ version: 1, ...known, createdAt: new Date().toISOString() })
}

function isDatabase(file: string): boolean {
  try {
    openDatabase(file, { readOnly: true }).close()
    return true
  } catch {
    return false
  }
}

function readFrom(db: ReadDatabase): { manifest: Manifest; json: string } | null {
  const table = db.prepare(`select 1 from sqlite_schema where name = 'library_identity'`).get()
  const row = table && db.prepare('select manifest from library_identity').get()
  if (!row) return null
  const json = String(row['manifest'])
  const manifest = Manifest.safeParse(JSON.parse(json))
  return manifest.success ? { manifest: manifest.data, json } : null
}
