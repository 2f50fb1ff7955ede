import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../util/errors.ts'
import { draftsFolder, partsFolder } from './paths.ts'

/** Milliseconds after which nobody goes on with what is half made: its content is gone, or is not to be made any more. */
const PART_AGE_MS = 30 * 86_400_000

/** Every draft there is. */
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

/** Removes every draft, and what is half made and old; nothing may be written meanwhile. */
export async function sweepDrafts(root: string, now: number): Promise<void> {
  for (const path of await listDrafts(root)) await rm(path, { recursive: true, force: true })
  for (const path of await filesIn(partsFolder(root))) {
    // One that is not there any more, or cannot be looked at, is nothing to stop for.
    const stats = await stat(path).catch(() => null)
    if (stats && now - stats.mtimeMs > PART_AGE_MS) await rm(path, { recursive: true, force: true })
  }
}
