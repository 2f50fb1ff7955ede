import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './layout.ts'

/** A package as `package-lock.json` describes it. */
export interface Locked {
  readonly version?: string
  readonly license?: string
  readonly link?: boolean
  readonly resolved?: string
  readonly engines?: Readonly<Record<string, string>>
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** The locked packages by folder: `node_modules/kysely`. */
export function lockedTree(): Readonly<Record<string, Locked>> {
  const text = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
  return (JSON.parse(text) as { packages: Record<string, Locked> }).packages
}

/** The folders of a package and of everything that it installs. `folder` is a key of `tree`. */
export function installedWith(tree: Readonly<Record<string, Locked>>, folder: string): Set<string> {
  const found = new Set<string>()
  const open = [folder]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue
    found.add(at)
    const { dependencies, optionalDependencies } = tree[at]!
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const below = folderOf(tree, at, name)
      if (below !== null) open.push(below)
    }
  }
  return found
}

/** The folder in which Node finds a package from another one; null for an optional one that is not locked. */
export function folderOf(tree: Readonly<Record<string, Locked>>, from: string, name: string): string | null {
  for (let at = from; ;) {
    const folder = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    const found = tree[folder]
    if (found) return found.link ? found.resolved! : folder
    if (at === '') return null
    const above = at.lastIndexOf('/node_modules/')
    at = above === -1 ? '' : at.slice(0, above)
  }
}
