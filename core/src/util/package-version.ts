import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The bundled packages and their versions: none in a checkout; `npm pack` writes them. */
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
  // Searches the folders itself, because not every package lets its `package.json` be imported.
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as { version: string }).version
    } catch {
      // The package is in another folder.
    }
  }
  throw new Error(`the package ${name} is not installed`)
}
