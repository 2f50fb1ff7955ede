import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { CoreError, systemCode } from '../util/errors.ts'

/**
 * Moves a folder to the user's trash and returns where it lies now. Linux: the freedesktop.org trash, with the file
 * that lets a file manager put it back (https://specifications.freedesktop.org/trash-spec/1.0/). macOS: `~/.Trash`.
 * Where the trash is on another file system, or elsewhere, a folder `.trash` beside it is used: nothing is ever copied.
 */
export async function moveToTrash(path: string): Promise<string> {
  if (process.platform === 'linux') {
    const trash = join(process.env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), 'Trash')
    const moved = await moveIntoLinuxTrash(path, trash)
    if (moved) return moved
  } else if (process.platform === 'darwin') {
    const moved = await moveInto(path, join(homedir(), '.Trash'))
    if (moved) return moved
  }
  const moved = await moveInto(path, join(dirname(path), '.trash'))
  if (!moved) throw new CoreError('Unavailable', `${path} could not be moved to a trash beside it; nothing was removed`)
  return moved
}

async function moveIntoLinuxTrash(path: string, trash: string): Promise<string | null> {
  const info = join(trash, 'info')
  const target = await freePath(join(trash, 'files'), basename(path))
  const record = join(info, `${basename(target)}.trashinfo`)
  const date = new Date().toISOString().slice(0, 19)
  const location = path.split('/').map(encodeURIComponent).join('/')
  try {
    await mkdir(join(trash, 'files'), { recursive: true, mode: 0o700 })
    await mkdir(info, { recursive: true, mode: 0o700 })
    await writeFile(record, `[Trash Info]\nPath=${location}\nDeletionDate=${date}\n`, { flag: 'wx' })
    await rename(path, target)
    return target
  } catch (err) {
    await rm(record, { force: true })
    if (isOtherFileSystem(err)) return null
    throw err
  }
}

async function moveInto(path: string, trash: string): Promise<string | null> {
  try {
    await mkdir(trash, { recursive: true, mode: 0o700 })
    const target = await freePath(trash, basename(path))
    await rename(path, target)
    return target
  } catch (err) {
    if (isOtherFileSystem(err)) return null
    throw err
  }
}

async function freePath(dir: string, name: string): Promise<string> {
  for (let n = 1; ; n++) {
    const path = join(dir, n === 1 ? name : `${name} ${n}`)
    const taken = await stat(path).then(
      () => true,
      () => false,
    )
    if (!taken) return path
  }
}

function isOtherFileSystem(err: unknown): boolean {
  const code = systemCode(err)
  return code === 'EXDEV' || code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
}
