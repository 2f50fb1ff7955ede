import semver from 'semver'
import { manifestOf, WORKSPACES } from './layout.ts'
import { folderOf, installedWith, type Locked, lockedTree } from './locked-tree.ts'

/** The oldest Node that npm accepts without a warning. It starts the program with the Node that the package carries. */
export const OLDEST_NODE = '20.19.0'

/**
 * Packages that the bundles load and that are not bundled themselves: native programs, data beside the code, and
 * packages that are missing on purpose.
 */
const LOADED_BY_BUNDLES: Readonly<Record<string, readonly string[]>> = {
  'tesseract.js': ['tesseract.js-core'],
  'node-webcodecs': [
    '@node-webcodecs/static-darwin-arm64',
    '@node-webcodecs/static-linux-arm64',
    '@node-webcodecs/static-linux-x64',
  ],
}

export interface ProductDependencies {
  /** Installed by npm beside the program, with exact versions. */
  readonly dependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  /**
   * Part of the package, with their versions, because npm would warn about them or about one of their dependencies:
   * they ask for a newer Node than `OLDEST_NODE`, or run a script when they are installed.
   */
  readonly bundled: Readonly<Record<string, string>>
}

/** Divides the dependencies of the program's workspaces. */
export function productDependencies(): ProductDependencies {
  const tree = lockedTree()
  const dependencies: Record<string, string> = {}
  const optionalDependencies: Record<string, string> = { ...carriedNodes() }
  const bundled: Record<string, string> = {}
  for (const workspace of WORKSPACES) {
    const manifest = manifestOf(workspace)
    const optional = manifest.optionalDependencies ?? {}
    for (const name of Object.keys({ ...manifest.dependencies, ...optional })) {
      if (name.startsWith('@spacedrive/')) continue
      const folder = folderOf(tree, workspace, name)
      if (folder === null) throw new Error(`${name} of ${workspace} is not in package-lock.json; run npm install`)
      const { version } = tree[folder]!
      if (!isBundled(tree, folder)) (name in optional ? optionalDependencies : dependencies)[name] = version!
      else {
        bundled[name] = version!
        for (const each of LOADED_BY_BUNDLES[name] ?? [])
          (each in optionalOf(tree[folder]!) ? optionalDependencies : dependencies)[each] =
            optionalOf(tree[folder]!)[each] ?? tree[`node_modules/${each}`]!.version!
      }
    }
  }
  return { dependencies: sorted(dependencies), optionalDependencies: sorted(optionalDependencies), bundled }
}

/** Packages of other platforms may be missing in the lock file, so their versions come from the package that names them. */
function optionalOf({ optionalDependencies = {} }: Locked): Readonly<Record<string, string>> {
  return optionalDependencies
}

function carriedNodes(): Readonly<Record<string, string>> {
  return manifestOf('.').optionalDependencies ?? {}
}

function isBundled(tree: Readonly<Record<string, Locked>>, folder: string): boolean {
  return [...installedWith(tree, folder)].some((each) => {
    const { engines, hasInstallScript } = tree[each]!
    return hasInstallScript === true || !semver.satisfies(OLDEST_NODE, engines?.['node'] ?? '*')
  })
}

function sorted(versions: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(versions).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
