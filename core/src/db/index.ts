export { databaseError } from './errors.ts'
export { type Migrations, migrate, migrationState } from './migrate.ts'
export { type OpenDatabaseOptions, kyselyOver, openDatabase } from './sqlite.ts'
