import { randomUUID } from 'node:crypto'
import { chmod, lstat, opendir, rename, rmdir, unlink } from 'node:fs/promises'
import { systemCode } from './errors.ts'

/**
 * Removes a file, or a folder with everything in it, whatever its names, permissions and depth. A hostile process may
 * have created it, but must have ended by now. A missing file is not an error. Throws the system's error.
 */
export async function removeTree(path: string): Promise<void> {
  const top = Buffer.from(path)
  await unlessGone(async () => {
    if ((await lstat(top)).isDirectory()) await removeFolder(top)
    else await unlink(top)
  })
}

/** Permissions with which only the owner can read and change a folder. */
const PRIVATE = 0o700

async function removeFolder(top: Buffer): Promise<void> {
  await chmod(top, PRIVATE)
  // Each folder is moved to the top before it is emptied. Otherwise, its path could be longer than the system allows.
  const lift = (path: Buffer) => rename(path, inside(top, Buffer.from(randomUUID())))
  const empty = async (path: Buffer) => {
    await chmod(path, PRIVATE)
    await removeEntries(path, lift)
    await rmdir(path)
  }
  while (await removeEntries(top, empty));
  await rmdir(top)
}

/**
 * Removes all files of a folder, passes its subfolders to `onFolder`, and returns whether the folder had any entries.
 */
async function removeEntries(folder: Buffer, onFolder: (path: Buffer) => Promise<void>): Promise<boolean> {
  let any = false
  // Node's types declare the names as text.
  for await (const entry of await opendir(folder, { encoding: 'buffer' as BufferEncoding })) {
    const path = inside(folder, entry.name as unknown as Buffer)
    const isFolder = entry.isDirectory()
    any ||= isFolder
    // Another process may remove entries at the same time; the others must still be removed.
    await unlessGone(() => (isFolder ? onFolder(path) : unlink(path)))
  }
  return any
}

async function unlessGone(remove: () => Promise<void>): Promise<void> {
  try {
    await remove()
  } catch (err) {
    if (systemCode(err) !== 'ENOENT') throw err
  }
}

function inside(folder: Buffer, name: Buffer): Buffer {
  return Buffer.concat([folder, SEPARATOR, name])
}

/** Windows accepts this separator too. */
const SEPARATOR = Buffer.from('/')
