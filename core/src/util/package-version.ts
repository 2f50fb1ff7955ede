import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** A list of the bundled packages and their versions. `npm pack` writes it; a checkout has none. */
const BUNDLED = new URL('bundled-packages.json', import.meta.url)

/** The version of a package that is a part of this program; null if it is not. */
export function bundledVersion(name: string): string | null {
  return (JSON.parse(readFileSync(BUNDLED, 'utf8')) as Readonly<Record<string, string>>)[name] ?? null
}

/** The version of an installed or bundled package. Throws if it is neither. */
export function packageVersion(name: string): string {
  const bundled = bundledVersion(name)
  if (bundled !== null) return bundled
  const require = createRequire(import.meta.url)
  // Search the folders here, because some packages do not allow importing their `package.json`.
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as { version: string }).version
    } catch {
      // The package may be in the next folder.
    }
  }
  throw new Error(`the package ${name} is not installed`)
}
