import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Mask for the lowest bits of the flags with which a file was opened: 1 is writing, 2 is reading and writing. */
const ACCESS_MODE = 3

/**
 * Finds which of these files another process has open for writing. Only Linux reports this, and only for processes of
 * the same user. On Windows such files cannot be moved at all.
 */
export async function openForWriting(paths: ReadonlySet<string>, proc = '/proc'): Promise<Set<string>> {
  const found = new Set<string>()
  if (process.platform !== 'linux' || paths.size === 0) return found
  const processes = (await readdir(proc)).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  for (const id of processes) {
    // The process may have ended, or may belong to another user.
    const numbers = await readdir(join(proc, id, 'fd')).catch(() => [])
    for (const number of numbers) {
      const path = await readlink(join(proc, id, 'fd', number)).catch(() => '')
      if (!paths.has(path) || found.has(path)) continue
      const info = await readFile(join(proc, id, 'fdinfo', number), 'utf8').catch(() => '')
      const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(info)?.[1] ?? '0', 8)
      if ((flags & ACCESS_MODE) !== 0) found.add(path)
    }
  }
  return found
}
