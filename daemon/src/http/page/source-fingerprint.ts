import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The sources of the page, in the folder of its workspace. The lock file has the versions of the packages. */
const SOURCES = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'package.json',
  '../client/src',
  '../package-lock.json',
]

/** Changes with every source of the page; null where there are none: a published package brings the page along. */
export async function sourceFingerprint(folder: string): Promise<string | null> {
  if (!existsSync(join(folder, 'src'))) return null
  const lines = await Promise.all(SOURCES.map((source) => describe(join(folder, source))))
  return hash('sha256', lines.flat().toSorted().join('\n'))
}

async function describe(path: string): Promise<string[]> {
  const stats = await stat(path).catch(() => null)
  if (!stats) return []
  if (!stats.isDirectory()) return isTest(path) ? [] : [`${path} ${stats.size} ${stats.mtimeMs}`]
  const names = await readdir(path)
  return (await Promise.all(names.map((name) => describe(join(path, name))))).flat()
}

/** No part of the page. */
function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path)
}
