import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { DIST, packageOf, ROOT } from './layout.ts'
import { type BundledImport, bundleName } from './rewrite-imports.ts'

/** Optional parts of bundled packages that this program does without: faster native code, a debugger. */
const LEFT_OUT = ['msgpackr-extract', 'react-devtools-core', 'supports-color']

/** Bundles modules into `dist/vendor`: each module is a file, and what several share is there once. */
export async function bundleModules(modules: readonly BundledImport[], installed: ReadonlySet<string>): Promise<void> {
  for (const isRequired of [false, true]) {
    const names = new Set(modules.filter((each) => each.isRequired === isRequired).map(({ specifier }) => specifier))
    if (names.size > 0) await bundle([...names].toSorted(), isRequired, installed)
  }
}

async function bundle(names: readonly string[], isRequired: boolean, installed: ReadonlySet<string>): Promise<void> {
  const build = await rolldown({
    cwd: ROOT,
    input: Object.fromEntries(names.map((name) => [bundleName(name), name])),
    platform: 'node',
    resolve: { conditionNames: ['node', isRequired ? 'require' : 'import', 'module', 'default'] },
    external: (id) => isBuiltin(id) || isLeftOut(id) || (isBare(id) && installed.has(packageOf(id))),
    onLog: (level, log) => {
      if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message)
      if (level === 'warn' && log.code !== 'EVAL') process.stderr.write(`${log.message}\n`)
    },
  })
  try {
    const end = isRequired ? 'cjs' : 'js'
    await build.write({
      dir: join(DIST, 'vendor'),
      format: isRequired ? 'cjs' : 'esm',
      entryFileNames: `[name].${end}`,
      chunkFileNames: `shared-[hash].${end}`,
      comments: { legal: true },
    })
  } finally {
    await build.close()
  }
}

function isLeftOut(id: string): boolean {
  return LEFT_OUT.includes(packageOf(id))
}

function isBare(id: string): boolean {
  return !id.startsWith('.') && !id.startsWith('/') && !id.includes(':') && !id.startsWith('\0')
}
