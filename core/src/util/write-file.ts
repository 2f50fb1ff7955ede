import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from './errors.ts'

/**
 * Replaces a file atomically: a reader, or a restart after a crash, sees either the old file or the new one, never a
 * part of one.
 */
export async function writeFileAtomically(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`
  try {
    await write(draft, data, mode)
    await rename(draft, path)
  } catch (err) {
    await rm(draft, { force: true })
    throw err
  }
  await syncDirectory(dirname(path))
}

async function write(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await using file = await open(path, 'wx', mode)
  await file.writeFile(data)
  await file.sync()
}

/** Error codes of file systems that cannot sync a folder: network shares, FUSE. */
const CANNOT_SYNC = ['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EACCES']

/** Makes the rename durable, if the system can sync a folder. */
export async function syncDirectory(path: string | Buffer): Promise<void> {
  if (process.platform === 'win32') return
  try {
    await using folder = await open(path, 'r')
    await folder.sync()
  } catch (err) {
    if (!CANNOT_SYNC.includes(systemCode(err) ?? '')) throw err
  }
}
