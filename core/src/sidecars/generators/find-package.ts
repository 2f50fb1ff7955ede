import { readFile } from 'node:fs/promises'
import { createRequire, findPackageJSON } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface FoundPackage {
  /** The file to load. */
  readonly file: string
  readonly version: string
}

/**
 * Finds a package that is not part of an installation: in `folder`, or, if that is empty, beside this program. Null if
 * it is not found.
 */
export async function findPackage(name: string, folder: string): Promise<FoundPackage | null> {
  try {
    const from = folder === '' ? import.meta.url : pathToFileURL(join(folder, 'package.json'))
    const file = createRequire(from).resolve(name)
    const manifest = findPackageJSON(name, from)!
    const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
    return { file, version }
  } catch {
    return null
  }
}
