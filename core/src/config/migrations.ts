/** A step from one form of the file to the next. Frozen once released. */
export interface ConfigMigration {
  readonly to: number
  migrate(file: Record<string, unknown>): Record<string, unknown>
}

/** In order; each takes a file of the version before. */
export const configMigrations: readonly ConfigMigration[] = [
  // The first files had no version.
  { to: 1, migrate: (file) => ({ ...file, version: 1 }) },
]

/** Brings a file to the newest form. */
export function migrateConfig(
  file: Record<string, unknown>,
  migrations: readonly ConfigMigration[] = configMigrations,
): Record<string, unknown> {
  let version = typeof file['version'] === 'number' ? file['version'] : 0
  let current = file
  for (const { to, migrate } of migrations) {
    if (to <= version) continue
    current = migrate(current)
    version = to
  }
  return current
}
