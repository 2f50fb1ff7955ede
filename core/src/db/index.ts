export { databaseError } from './errors.ts'
export { kyselyOver } from './kysely-over.ts'
export { type Migrations, migrate, migrationState } from './migrate.ts'
export { type OpenDatabaseOptions, openDatabase } from './sqlite.ts'
