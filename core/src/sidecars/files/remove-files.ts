import { rm, rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { partPath, type SidecarKey, sidecarPath } from './paths.ts'

/** Removes the files of sidecars and their unfinished drafts. */
export async function removeFiles(root: string, keys: readonly SidecarKey[]): Promise<void> {
  for (const key of keys) {
    const path = sidecarPath(root, key)
    await rm(path, { force: true })
    await rm(partPath(root, key), { force: true })
    await removeEmptyFolders(dirname(path), root)
  }
}

async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let at = folder; at !== root && at.startsWith(root); at = dirname(at)) {
    try {
      await rmdir(at)
    } catch {
      // The folder is not empty.
      return
    }
  }
}
