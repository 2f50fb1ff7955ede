import { lstat, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../../util/errors.ts'
import { heard } from '../../util/heard.ts'
import { removeTree } from '../../util/remove-tree.ts'
import { draftsFolder, isPartName, partsFolder, workFolder } from './paths.ts'

/**
 * Age at which a partial result is deleted, in milliseconds. By then, its content is gone or its sidecar is no longer
 * wanted.
 */
const PART_AGE_MS = 30 * 86_400_000

/** The paths of all drafts. */
export async function listDrafts(root: string): Promise<string[]> {
  return filesIn(draftsFolder(root))
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).map((name) => join(folder, name))
  } catch (err) {
    if (systemCode(err) === 'ENOENT') return []
    throw err
  }
}

export interface DraftSweepDeps {
  /** The library's folder of sidecars. */
  readonly root: string
  readonly pools: { hasResults(folder: string): boolean }
}

/** Removes the leftovers of a killed daemon, once before sidecars are made. */
export class DraftSweep {
  readonly #deps: DraftSweepDeps
  /** The latest sweep; null before the first one. */
  #sweep: Promise<void> | null = null

  constructor(deps: DraftSweepDeps) {
    this.#deps = deps
  }

  /** Resolves when the leftovers are removed. Must not begin while drafts are being written. */
  sweep(): Promise<void> {
    const { pools, root } = this.#deps
    this.#sweep ??= heard(sweepDrafts(root, Date.now(), (folder) => pools.hasResults(folder)))
    return this.#sweep
  }

  /** Lets the next call of `sweep` look for leftovers again. */
  repeat(): void {
    this.#sweep = null
  }

  /** Resolves when no sweep is running. */
  async idle(): Promise<void> {
    await this.#sweep?.catch(() => {})
  }
}

/**
 * Removes all drafts, old partial results, and the folders of processes that have ended. Must not run while drafts are
 * being written. `isUsed`: whether a folder belongs to a running process.
 */
async function sweepDrafts(root: string, now: number, isUsed: (folder: string) => boolean): Promise<void> {
  for (const folder of await filesIn(workFolder(root))) if (!isUsed(folder)) await sweepWork(root, folder)
  for (const path of await listDrafts(root)) await removeTree(path)
  for (const path of await filesIn(partsFolder(root))) {
    // If a partial result is gone or cannot be examined, the sweep continues.
    const stats = await stat(path).catch(() => null)
    if (stats && now - stats.mtimeMs > PART_AGE_MS) await rm(path, { recursive: true, force: true })
  }
}

/** A killed daemon leaves the folders of its processes behind. Partial results in them are moved back to `parts/`. */
async function sweepWork(root: string, folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!isPartName(name)) continue
    const path = join(partsFolder(root), name)
    await mkdir(partsFolder(root), { recursive: true })
    await rename(join(folder, name), path)
    // The process may have been taken over, and a link could lead to any file.
    if (!(await lstat(path)).isFile()) await removeTree(path)
  }
  await removeTree(folder)
}
