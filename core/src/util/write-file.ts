import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Writes a file so that a reader, or a crash, meets the old one or the new one and never half of either. */
export async function writeFileAtomically(path: string, data: string | Uint8Array, mode = 0o600): Promise<void> {
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}.tmp`
  try {
    await using file = await open(draft, 'wx', mode)
    await file.writeFile(data)
    await file.sync()
  } catch (err) {
    await rm(draft, { force: true })
    throw err
  }
  await rename(draft, path)
  await syncDirectory(dirname(path))
}

/** Makes the rename itself durable, where the system lets a folder be synced. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return
  await using folder = await open(path, 'r')
  await folder.sync()
}
