import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { CoreError } from '@spacedrive/core'
import { takeLock } from '@spacedrive/core/lock'
import { FINGERPRINT_FILE } from './page-files.ts'
import { sourceFingerprint } from './source-fingerprint.ts'

/** How often it is looked whether another process is done, in milliseconds. */
const POLL_MS = 200
/** Smaller ones gain nothing. */
const MIN_COMPRESSED_BYTES = 1_024
/** A third of a second for a megabyte; the best quality takes twenty times as long for a tenth less. */
const BROTLI_QUALITY = 9
const COMPRESSED = new Set(['.html', '.js', '.mjs', '.css', '.json', '.svg', '.wasm', '.webmanifest', '.txt'])

/** The part of Vite's interface that is used. Vite belongs to the page's workspace, not to the daemon. */
interface Vite {
  build(config: { root: string; logLevel: 'warn'; build: { outDir: string; emptyOutDir: boolean } }): Promise<unknown>
}

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('pass the folder of the explorer’s workspace to build-page.ts')
await buildPage(folder)

/** Builds the page unless it is up to date. Only one process builds at a time. */
async function buildPage(root: string): Promise<void> {
  const work = join(root, '.page')
  const dist = join(root, 'dist')
  await mkdir(work, { recursive: true })
  using _building = await takeTurn(join(work, 'lock'))
  const fingerprint = await sourceFingerprint(root)
  if (fingerprint === null) throw new Error(`${root} has no explorer to build`)
  const built = await readFile(join(dist, FINGERPRINT_FILE), 'utf8').catch(() => null)
  if (built === fingerprint) return
  await clear(work)
  const draft = join(work, 'draft')
  await (await viteOf(root)).build({ root, logLevel: 'warn', build: { outDir: draft, emptyOutDir: true } })
  await compressAll(draft)
  await writeFile(join(draft, FINGERPRINT_FILE), fingerprint)
  if (existsSync(dist)) await rename(dist, join(work, 'old'))
  await rename(draft, dist)
  await clear(work)
}

async function takeTurn(lock: string): Promise<Disposable> {
  for (;;) {
    try {
      return takeLock(lock, 'the page')
    } catch (err) {
      if (!(err instanceof CoreError) || err.code !== 'Locked') throw err
      await wait(POLL_MS)
    }
  }
}

/** Folders that an interrupted build left behind. */
async function clear(work: string): Promise<void> {
  for (const name of ['draft', 'old']) await rm(join(work, name), { recursive: true, force: true })
}

async function viteOf(root: string): Promise<Vite> {
  const path = createRequire(join(root, 'package.json')).resolve('vite')
  return (await import(pathToFileURL(path).href)) as Vite
}

async function compressAll(dist: string): Promise<void> {
  const found = await readdir(dist, { recursive: true, withFileTypes: true })
  for (const entry of found) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !COMPRESSED.has(extname(path)) || (await stat(path)).size < MIN_COMPRESSED_BYTES) continue
    const bytes = await readFile(path)
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY }
    await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params }))
    await writeFile(`${path}.gz`, await promisify(gzip)(bytes))
  }
}
