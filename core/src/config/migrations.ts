/** A step from one version of the file's format to the next. It must not change after a release. */
export interface ConfigMigration {
  readonly to: number
  migrate(file: Record<string, unknown>): Record<string, unknown>
}

/** The steps in order. Each takes a file of the previous version. */
export const configMigrations: readonly ConfigMigration[] = [
  // The first files had no version.
  { to: 1, migrate: (file) => ({ ...file, version: 1 }) },
]

/** Migrates a file to the newest format. */
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
