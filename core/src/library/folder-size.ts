import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Size on disk, in bytes, of all files in a folder, at any depth. */
export async function folderSize(path: string): Promise<number> {
  let bytes = 0
  const waiting = [path]
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    for (const entry of await readdir(dir, { withFileTypes: true }).catch(() => [])) {
      const child = join(dir, entry.name)
      if (entry.isDirectory()) waiting.push(child)
      // A file may disappear between the two calls, because a log is rotated or a temporary file renamed.
      else bytes += ((await lstat(child).catch(() => null))?.blocks ?? 0) * 512
    }
  }
  return bytes
}
