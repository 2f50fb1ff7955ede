import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '../util/errors.ts'
import { draftsFolder } from './paths.ts'

/** Every draft there is. */
export async function listDrafts(root: string): Promise<string[]> {
  const folder = draftsFolder(root)
  try {
    return (await readdir(folder)).map((name) => join(folder, name))
  } catch (err) {
    if (systemCode(err) === 'ENOENT') return []
    throw err
  }
}

/** Removes every draft; nothing may be written meanwhile. */
export async function sweepDrafts(root: string): Promise<void> {
  for (const path of await listDrafts(root)) await rm(path, { recursive: true, force: true })
}
