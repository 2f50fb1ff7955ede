import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { DIST, manifestOf, packageOf, ROOT } from './layout.ts'

/** A file whose imports are rewritten. */
export interface Imports {
  /** Its path in the checkout and in `dist`, with forward slashes: `core/src/index.ts`. */
  readonly path: string
  readonly text: string
}

/** A module of a bundled package, as the program names it. */
export interface BundledImport {
  readonly specifier: string
  /** Whether it is named by `require` instead of `import`. */
  readonly isRequired: boolean
}

const IMPORT = /(\bfrom |\bimport |\bimport\(|\brequire\(|\.resolve\()(['"])([^'"\n]+)\2/g
/** The name of a source file: in an import, or the address of a worker. */
const SOURCE_FILE = /(['"])([\w./-]+)\.ts\1/g

/** Names the modules of other workspaces by relative paths, in the text of a source file. */
export function withoutWorkspaces({ path, text }: Imports): string {
  return text.replace(IMPORT, (whole, before: string, quote: string, specifier: string) =>
    specifier.startsWith('@spacedrive/')
      ? `${before}${quote}${relativeTo(dirname(path), workspaceFile(specifier))}${quote}`
      : whole,
  )
}

/**
 * In the text of a compiled file, names workers by their compiled files, and modules of bundled packages by their
 * bundles. Calls `onBundled` with each such module.
 */
export function withBundles(
  { path, text }: Imports,
  bundled: Readonly<Record<string, string>>,
  onBundled: (found: BundledImport) => void,
): string {
  const from = dirname(path)
  const named = text.replace(IMPORT, (whole, before: string, quote: string, specifier: string) => {
    if (!(packageOf(specifier) in bundled)) return whole
    const found = { specifier, isRequired: before === 'require(' || before === '.resolve(' }
    onBundled(found)
    return `${before}${quote}${relativeTo(from, bundleFile(found))}${quote}`
  })
  return named.replace(SOURCE_FILE, (whole, quote: string, file: string) =>
    existsSync(join(ROOT, from, `${file}.ts`)) ? `${quote}${file}.js${quote}` : whole,
  )
}

/** The file of a bundled module in `dist`. */
export function bundleFile({ isRequired, specifier }: BundledImport): string {
  return `vendor/${bundleName(specifier)}.${isRequired ? 'cjs' : 'js'}`
}

export function bundleName(specifier: string): string {
  return specifier.replaceAll('@', '').replaceAll('/', '.').replace(/\.js$/, '')
}

/** The source file that a workspace exports by this name. */
function workspaceFile(specifier: string): string {
  const workspace = specifier.split('/')[1]!
  const below = specifier.split('/').slice(2).join('/')
  if (below === 'package.json') return `${workspace}/package.json`
  const exported = manifestOf(workspace).exports?.[below === '' ? '.' : `./${below}`]
  const file = typeof exported === 'string' ? exported : exported?.['default']
  if (file === undefined) throw new Error(`${specifier} is not exported`)
  return join(workspace, file)
}

function relativeTo(folder: string, file: string): string {
  const path = relative(join(DIST, folder), join(DIST, file)).replaceAll('\\', '/')
  return path.startsWith('.') ? path : `./${path}`
}
