import { lstat, mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { CoreError, systemCode } from '../util/errors.ts'
import { pathError } from '../util/path-error.ts'
import { homeFolder } from '../util/home-folder.ts'

/**
 * Moves a folder to the user's trash and returns its new path. On Linux, this is the freedesktop.org trash, with the
 * record that file managers need to restore it (https://specifications.freedesktop.org/trash-spec/1.0/). On macOS, it
 * is `~/.Trash`. On other systems, or if the trash is on another file system, it is the folder `.trash` beside the
 * moved folder. Nothing is ever copied.
 */
export async function moveToTrash(path: string, now: number): Promise<string> {
  try {
    return await moveToSomeTrash(path, now)
  } catch (err) {
    throw pathError(err, path)
  }
}

async function moveToSomeTrash(path: string, now: number): Promise<string> {
  if (process.platform === 'linux') {
    const trash = join(process.env['XDG_DATA_HOME'] ?? join(homeFolder(), '.local', 'share'), 'Trash')
    const moved = await moveIntoLinuxTrash(path, { trash, now })
    if (moved) return moved
  } else if (process.platform === 'darwin') {
    const moved = await moveInto(path, join(homeFolder(), '.Trash'))
    if (moved) return moved
  }
  const moved = await moveInto(path, join(dirname(path), '.trash'))
  if (!moved)
    throw new CoreError('Unavailable', `cannot move ${path} to a trash folder on its disk; nothing was deleted`)
  return moved
}

async function moveIntoLinuxTrash(
  path: string,
  { trash, now }: { trash: string; now: number },
): Promise<string | null> {
  let record: string | null = null
  try {
    await mkdir(join(trash, 'files'), { recursive: true, mode: 0o700 })
    await mkdir(join(trash, 'info'), { recursive: true, mode: 0o700 })
    const name = await recordInTrash(path, { trash, now })
    record = join(trash, 'info', `${name}.trashinfo`)
    const target = join(trash, 'files', name)
    await rename(path, target)
    return target
  } catch (err) {
    if (record !== null) await rm(record, { force: true })
    if (isOtherFileSystem(err)) return null
    throw err
  }
}

/**
 * Reserves a name in the trash. According to the specification, the process that creates the record first has the
 * name.
 */
async function recordInTrash(path: string, { trash, now }: { trash: string; now: number }): Promise<string> {
  // Local time, as the specification requires.
  const date = new Date(now - new Date(now).getTimezoneOffset() * 60_000).toISOString().slice(0, 19)
  const location = path.split('/').map(encodeURIComponent).join('/')
  for (let n = 1; ; n++) {
    const name = n === 1 ? basename(path) : `${basename(path)} ${n}`
    if (await isTaken(join(trash, 'files', name))) continue
    const record = join(trash, 'info', `${name}.trashinfo`)
    try {
      await writeFile(record, `[Trash Info]\nPath=${location}\nDeletionDate=${date}\n`, { flag: 'wx' })
      return name
    } catch (err) {
      if (systemCode(err) !== 'EEXIST') throw err
    }
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
    if (!(await isTaken(path))) return path
  }
}

async function isTaken(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  )
}

function isOtherFileSystem(err: unknown): boolean {
  const code = systemCode(err)
  return code === 'EXDEV' || code === 'EACCES' || code === 'EROFS' || code === 'EPERM'
}
