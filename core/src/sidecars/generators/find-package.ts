import { readFile } from 'node:fs/promises'
import { createRequire, findPackageJSON } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

export interface FoundPackage {
  /** The file that loads it. */
  readonly file: string
  readonly version: string
}

/** A package that is no part of an installation: in `folder`, or, where that is empty, beside this program; null where it is not. */
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
