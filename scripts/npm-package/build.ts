import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { bundleModules } from './bundle.ts'
import { type ProductDependencies } from './dependencies.ts'
import { DIST, manifestOf, packageOf, ROOT, WORKSPACES } from './layout.ts'
import { licenceList } from './licence-list.ts'
import { type BundledImport, withBundles, withoutWorkspaces } from './rewrite-imports.ts'

/** Writes `dist`: compiled sources, bundled packages, the built page and the licences. */
export async function build({ bundled, dependencies, optionalDependencies }: ProductDependencies): Promise<void> {
  rmSync(DIST, { recursive: true, force: true })
  compile()
  for (const workspace of WORKSPACES) copyAssets(workspace)
  copyPage()
  writeClient()
  await bundleModules(rewriteAll(bundled), new Set(Object.keys({ ...dependencies, ...optionalDependencies })))
  writeFileSync(join(DIST, 'core/src/util/bundled-packages.json'), `${JSON.stringify(bundled, null, 2)}\n`)
  writeFileSync(join(DIST, 'LICENCES.txt'), licenceList())
}

function run(program: string, args: readonly string[]): void {
  const { error, status, stderr, stdout } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? stdout + stderr}`)
}

/**
 * Compiles copies of the sources, which name each other by relative paths only. Otherwise the types would name folders
 * that exist only in a checkout.
 */
function compile(): void {
  const copies = join(DIST, 'sources')
  for (const path of WORKSPACES.flatMap((workspace) => filesIn(ROOT, join(workspace, 'src')))) {
    if (!/\.[jt]s$/.test(path) || path.endsWith('.test.ts') || isForTests(path)) continue
    const text = readFileSync(join(ROOT, path), 'utf8')
    write(join(copies, path), withoutWorkspaces({ path, text }))
  }
  run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', join(ROOT, 'scripts/npm-package/tsconfig.json')])
  rmSync(copies, { recursive: true })
}

function isForTests(path: string): boolean {
  return /\/(test|fixtures)\//.test(path)
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** The files that the compiled sources read, the command, and its manual page. */
function copyAssets(workspace: string): void {
  for (const path of ['src', 'bin', 'man'].flatMap((folder) => filesIn(ROOT, join(workspace, folder)))) {
    if (/\.(ts|wat)$/.test(path) && !path.endsWith('.d.ts')) continue
    if (!isForTests(path))
      write(join(DIST, path), withoutWorkspaces({ path, text: readFileSync(join(ROOT, path), 'utf8') }))
  }
}

function copyPage(): void {
  run(process.execPath, [join(ROOT, 'daemon/src/http/page/build-page.ts'), join(ROOT, 'web')])
  cpSync(join(ROOT, 'web/dist'), join(DIST, 'web/dist'), { recursive: true })
  writeVersion('web')
}

/** What `spacedrive/client` gives to Node: the client, and the way to this machine's daemon. */
function writeClient(): void {
  writeVersion('client')
  const text = "export * from './src/index.js'\nexport * from './src/node/index.js'\n"
  writeFileSync(join(DIST, 'client/index.js'), text)
  writeFileSync(join(DIST, 'client/index.d.ts'), text)
}

function writeVersion(workspace: string): void {
  const { name, version } = manifestOf(workspace)
  writeFileSync(join(DIST, workspace, 'package.json'), `${JSON.stringify({ name, version, type: 'module' })}\n`)
}

/** Returns the bundled modules that are imported. */
function rewriteAll(bundled: Readonly<Record<string, string>>): BundledImport[] {
  const found = new Map<string, BundledImport>()
  for (const path of WORKSPACES.flatMap((workspace) => filesIn(DIST, workspace))) {
    if (!/\.m?js$/.test(path)) continue
    const file = join(DIST, path)
    const text = readFileSync(file, 'utf8')
    const rewritten = withBundles({ path, text }, bundled, (each) => found.set(JSON.stringify(each), each))
    if (rewritten !== text) writeFileSync(file, rewritten)
  }
  const missing = Object.keys(bundled).filter(
    (name) => ![...found.values()].some(({ specifier }) => packageOf(specifier) === name),
  )
  if (missing.length > 0) throw new Error(`nothing imports ${missing.join(', ')}`)
  return [...found.values()]
}

/** The files below `folder/inside`, as paths from `folder` with forward slashes. */
function filesIn(folder: string, inside = '.'): string[] {
  try {
    return readdirSync(join(folder, inside), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
  } catch {
    return []
  }
}
