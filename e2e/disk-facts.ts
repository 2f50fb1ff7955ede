import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a folder holds, said without the engine: what `quickstart --json` counts. */
export interface DiskFacts {
  files: number
  directories: number
  symlinks: number
  bytes: number
  contents: number
  duplicateFiles: number
  reclaimableBytes: number
}

/** What the default rules leave out by its name alone; the folders these tests look at hold nothing that needs more. */
const leftOut = new Set(
  (
    '.DS_Store Thumbs.db desktop.ini lost+found .git .svn .hg .jj .gradle node_modules bower_components ' +
    '__pycache__ .mypy_cache .pytest_cache .ruff_cache .tox .nox .eggs'
  ).split(' '),
)

/** Walks a folder and reads every file whole. Other file systems in it are not entered; links are counted, not followed. */
export function diskFacts(root: string): DiskFacts {
  const facts = { files: 0, directories: 0, symlinks: 0, bytes: 0, contents: 0, duplicateFiles: 0, reclaimableBytes: 0 }
  const { dev } = lstatSync(root)
  /** By content; hard links to one inode are one copy. */
  const copies = new Map<string, { size: number; inodes: Set<number> }>()
  const folders = [root]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of readdirSync(folder)) {
      if (leftOut.has(name) || name.endsWith('.sdlibrary')) continue
      const path = join(folder, name)
      const stats = lstatSync(path)
      if (stats.isSymbolicLink()) facts.symlinks++
      if (stats.isDirectory()) {
        facts.directories++
        if (stats.dev === dev) folders.push(path)
      }
      if (!stats.isFile()) continue
      facts.files++
      facts.bytes += stats.size
      const hash = createHash('sha256').update(readFileSync(path)).digest('hex')
      const same = copies.get(hash) ?? { size: stats.size, inodes: new Set() }
      copies.set(hash, { ...same, inodes: same.inodes.add(stats.ino) })
    }
  }
  facts.contents = copies.size
  for (const { inodes, size } of copies.values()) {
    if (size === 0) continue
    facts.duplicateFiles += inodes.size - 1
    facts.reclaimableBytes += (inodes.size - 1) * size
  }
  return facts
}
