import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { CoreError } from '../util/errors.ts'
import { databaseError } from './errors.ts'

/** Migrations by name. The names sort in the order in which they run: `001-init`, `002-…`. */
export type Migrations = Readonly<Record<string, Migration>>

export interface MigrationState {
  /** Migrations that have run but are unknown to this version, because a newer version wrote the file. */
  readonly unknown: readonly string[]
  /** Migrations that this version knows and that have not run yet. */
  readonly pending: readonly string[]
}

/** Compares the migrations of a database with those that this version knows. */
export async function migrationState<S>(db: Kysely<S>, migrations: Migrations): Promise<MigrationState> {
  const done = new Set(await executedMigrations(db))
  return {
    unknown: [...done].filter((name) => !Object.hasOwn(migrations, name)),
    pending: Object.keys(migrations).filter((name) => !done.has(name)),
  }
}

/**
 * Brings a schema up to date. Throws `VersionMismatch` for a database of a newer version, `DiskFull` and similar errors
 * if it cannot be written, and `Corrupt` if its schema does not match its migrations.
 */
export async function migrate<S>(db: Kysely<S>, migrations: Migrations, label: string): Promise<void> {
  const { unknown } = await migrationState(db, migrations)
  if (unknown.length > 0) {
    throw new CoreError(
      'VersionMismatch',
      `${label} was written by a newer version of Spacedrive (migrations ${unknown.join(', ')}); update Spacedrive, or open it read-only`,
    )
  }
  const { error } = await new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  }).migrateToLatest()
  if (!error) return
  const known = databaseError(error, label)
  throw known instanceof CoreError
    ? known
    : new CoreError('Corrupt', `${label} could not be migrated`, { cause: error })
}

async function executedMigrations<S>(db: Kysely<S>): Promise<string[]> {
  const { rows: tables } = await sql`select 1 from sqlite_schema where name = 'kysely_migration'`.execute(db)
  if (tables.length === 0) return []
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  return rows.map((row) => row.name)
}
