import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The version of an installed package. Throws if it is not installed. */
export function packageVersion(name: string): string {
  const require = createRequire(import.meta.url)
  // Searches the folders itself, because not every package lets its `package.json` be imported.
  for (const folder of require.resolve.paths(name) ?? []) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, 'utf8')) as { version: string }).version
    } catch {
      // The package is in another folder.
    }
  }
  throw new Error(`${name} is not installed`)
}
