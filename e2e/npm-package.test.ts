import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestHome } from '../cli/test/run-cli.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
/** Packing, and installing 124 packages, on a busy machine. */
const INSTALL_MS = 600_000
const MAX_INSTALLED_BYTES = 600e6
/** Left out of the copy: built, or not needed to build the package. */
const NOT_COPIED = new Set(['node_modules', 'dist', '.git', '.page', 'bench', 'e2e'])

const run = promisify(execFile)
/** The Node on PATH, which may be one that cannot run the program itself, and the one that the checkout carries. */
const nodes = [outerNode(), process.execPath]

let folder: string
let installed: string
let npmSaid: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sd-npm-'))
  const checkout = join(folder, 'checkout')
  await copyCheckout(checkout)
  const packed = await run('npm', ['pack', '--json'], { cwd: checkout, env: outerEnv(), maxBuffer: 16e6 })
  const [, file] = /"filename": "([^"]+)"/.exec(packed.stdout)!
  const place = join(folder, 'place')
  await mkdir(place)
  await writeFile(join(place, 'package.json'), '{ "type": "module" }')
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', join(checkout, file!)]
  const { stderr, stdout } = await run('npm', args, { cwd: place, env: outerEnv() })
  npmSaid = stdout + stderr
  installed = join(place, 'node_modules/spacedrive')
}, INSTALL_MS)

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('packing leaves the checkout as it was', async () => {
  const packed = await readFile(join(folder, 'checkout/package.json'), 'utf8')
  expect(packed).toBe(await readFile(join(ROOT, 'package.json'), 'utf8'))
  expect(existsSync(join(folder, 'checkout/package.checkout.json'))).toBe(false)
})

test('npm installs the package without a warning about it', () => {
  expect(npmSaid).toMatch(/added \d+ packages/)
  expect(npmSaid).not.toMatch(/EBADENGINE|deprecated|install-scripts|allow-scripts|ERESOLVE/)
})

test('the installed program and its packages take at most 600 MB', async () => {
  expect(await sizeOf(join(folder, 'place'))).toBeLessThanOrEqual(MAX_INSTALLED_BYTES)
})

test('every file that a compiled module names is in the package', async () => {
  const missing: string[] = []
  for (const entry of await readdir(join(installed, 'dist'), { recursive: true, withFileTypes: true })) {
    if (!/\.(m|c)?js$/.test(entry.name) || entry.parentPath.includes('web/dist')) continue
    const text = await readFile(join(entry.parentPath, entry.name), 'utf8')
    if (/(from|import|import\() ?'@spacedrive\//.test(text)) missing.push(`a workspace, named by ${entry.name}`)
    for (const [, name] of text.matchAll(/(?:^import |^export .* from |\bfrom |new URL\()'(\.[^']+)'/gm)) {
      const path = join(entry.parentPath, name!)
      if (name !== '..' && !(await lstat(path).catch(() => null)))
        missing.push(`${relative(installed, path)} of ${entry.name}`)
    }
  }
  expect(missing).toEqual([])
})

test('what pages read Chinese, Japanese and Korean PDF files with is in the package', async () => {
  const assets = join(installed, 'dist/web/dist/assets')
  const pdfjs = (await readdir(assets)).find((name) => name.startsWith('pdfjs-'))!
  const names = [
    'cmaps/90ms-RKSJ-H.bcmap',
    'cmaps/UniJIS-UCS2-H.bcmap',
    'cmaps/GBK-EUC-H.bcmap',
    'cmaps/ETen-B5-H.bcmap',
    'cmaps/KSCms-UHC-H.bcmap',
    'standard_fonts/LiberationSans-Regular.ttf',
    'standard_fonts/FoxitSymbol.pfb',
  ]
  expect(names.filter((name) => !existsSync(join(assets, pdfjs, name)))).toEqual([])
})

test('the licence of everything is in the package', async () => {
  const text = await readFile(join(installed, 'dist/LICENCES.txt'), 'utf8')
  for (const name of ['kysely', 'ink', 'graphql', 'react', 'sharp', '@number0/iroh'])
    expect(text).toContain(`\n${name} `)
})

test.for(nodes)('the main job runs with %s, and without any other program', async (node) => {
  await using home = await TestHome.create()
  const env = { ...home.env, PATH: await pathWith(node, home) }
  const spacedrive = async (...args: string[]) => {
    const { stdout } = await run(node, [join(installed, 'dist/cli/bin/spacedrive.mjs'), ...args, '--json'], { env })
    return stdout
  }
  const pictures = join(home.path, 'Pictures')
  await mkdir(pictures)
  await writeScan(join(pictures, 'receipt.png'))
  await writeFile(join(pictures, 'letter.txt'), 'The harbour was closed because of the storm.')

  await spacedrive('quickstart', pictures)
  expect(namesIn(await spacedrive('search', '--content', 'lemonade'))).toEqual(['receipt.png'])
  expect(namesIn(await spacedrive('search', '--semantic', 'bad weather at the port'))).toContain('letter.txt')

  const { stdout } = await run(node, [await scriptOfGuide()], { env })
  expect(stdout).toMatch(/^\d+ receipt\.png\n44 letter\.txt\n$/)

  const { explorer } = JSON.parse(await spacedrive('status')) as { explorer: string }
  const page = await fetch(explorer)
  expect(page.status).toBe(200)
  const [, script] = /src="(\/assets\/[^"]+\.js)"/.exec(await page.text())!
  expect((await fetch(new URL(script!, explorer))).status).toBe(200)
})

test('a page can load the client without a bundler', async () => {
  const seen = new Set<string>()
  const packages: string[] = []
  const open = [join(installed, 'dist/client/src/index.js')]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    for (const [, name] of (await readFile(file, 'utf8')).matchAll(/\bfrom '([^']+)'/g)) {
      if (name!.startsWith('.')) open.push(join(dirname(file), name!))
      else packages.push(name!)
    }
  }
  expect(packages).toEqual([])
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    exports: { './client': { browser: string } }
  }
  expect(join(installed, manifest.exports['./client'].browser)).toBe([...seen][0])
  expect(seen.size).toBeGreaterThan(3)
})

/** Of the checkout, with links to the installed packages, so that the build writes into the copy. */
async function copyCheckout(to: string): Promise<void> {
  await mkdir(join(to, 'node_modules/@spacedrive'), { recursive: true })
  for (const name of await readdir(ROOT))
    if (!NOT_COPIED.has(name))
      await cp(join(ROOT, name), join(to, name), {
        recursive: true,
        filter: (path) => !NOT_COPIED.has(path.split('/').at(-1)!),
      })
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (name !== '@spacedrive' && name !== '.cache')
      await symlink(join(ROOT, 'node_modules', name), join(to, 'node_modules', name))
  for (const name of await readdir(join(ROOT, 'node_modules/@spacedrive')))
    await symlink(join(to, name), join(to, 'node_modules/@spacedrive', name))
}

/** The first Node on PATH that is not part of a package. */
function outerNode(): string {
  const found = outerFolders()
    .map((each) => join(each, 'node'))
    .find((file) => existsSync(file))
  return found ?? process.execPath
}

function outerFolders(): string[] {
  return process.env['PATH']!.split(delimiter).filter((each) => !each.includes('node_modules'))
}

/** As in a terminal: without what npm and Node set for the scripts of this checkout. */
function outerEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|VITEST)/i.test(name))
  return { ...Object.fromEntries(own), PATH: outerFolders().join(delimiter) }
}

/** A folder with this Node alone: the program must not need another one. */
async function pathWith(node: string, home: TestHome): Promise<string> {
  const bin = join(home.path, 'only-node')
  await mkdir(bin)
  await symlink(node, join(bin, 'node'))
  return bin
}

async function writeScan(file: string): Promise<void> {
  const text = `<svg width="900" height="300"><rect width="100%" height="100%" fill="white"/>
    <text x="60" y="170" font-family="DejaVu Sans" font-size="64">Two glasses of lemonade</text></svg>`
  await writeFile(file, await sharp(Buffer.from(text)).png().toBuffer())
}

/** The script in the guide, as a file beside the installed package. */
async function scriptOfGuide(): Promise<string> {
  const guide = await readFile(join(ROOT, 'docs/guides/use-the-client.md'), 'utf8')
  const [, script] = /```js\n([\s\S]*?)```/.exec(guide)!
  const file = join(folder, 'place/script.js')
  await writeFile(file, script!)
  return file
}

function namesIn(found: string): string[] {
  return (JSON.parse(found) as { items: { name: string }[] }).items.map(({ name }) => name)
}

async function sizeOf(inside: string): Promise<number> {
  const entries = await readdir(inside, { recursive: true, withFileTypes: true })
  const sizes = await Promise.all(entries.map(async (entry) => (await lstat(join(entry.parentPath, entry.name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
