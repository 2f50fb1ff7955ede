import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { systemCode } from './errors.ts'

/** Writes a file so that a reader, or a crash, meets the old one or the new one and never half of either. */
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

/** What file systems say that cannot sync a folder: network shares, FUSE. */
const CANNOT_SYNC = ['EINVAL', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EACCES']

/** Makes the rename itself durable, where the system lets a folder be synced. */
export async function syncDirectory(path: string | Buffer): Promise<void> {
  if (process.platform === 'win32') return
  try {
    await using folder = await open(path, 'r')
    await folder.sync()
  } catch (err) {
    if (!CANNOT_SYNC.includes(systemCode(err) ?? '')) throw err
  }
}
