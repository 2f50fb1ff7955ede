import { randomUUID } from 'node:crypto'
import { chmod, lstat, mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode } from '../util/errors.ts'
import { fsPath, joinName, type RawName } from '../util/file-name.ts'
import { makeFolderBelow } from '../util/make-folder-below.ts'
import { removeTree } from '../util/remove-tree.ts'

/** The folders of one process. No other boxed process can access them. */
export interface ProcessFolders {
  /** Files of the current request. A boxed process can only read them. */
  readonly given: string
  /** Results of the current request. */
  readonly results: string
  /** Temporary files of the process. */
  readonly temporary: string
}

/** A file that a request lends to its process: moved into the process's folders, and moved back after the request. */
export interface LentFile {
  /** The path outside the process. */
  readonly path: string
  /** The name of the file in the folder of the process. */
  readonly name: RawName
  /**
   * `read`: the process reads the file. `continue`: the process reads and writes it. `make`: the process creates it.
   * Files to read are in `given`, the others in `results`.
   */
  readonly use: 'read' | 'continue' | 'make'
}

/** The parent folders for the folders of a process. */
export interface FolderPlaces {
  /** Folder for files that requests lend, and for temporary files. It is created if it is missing. */
  readonly temporary: string
  /** Folder for results, which must exist; by default, results are beside the temporary files. */
  readonly results: string | undefined
}

/** Paths for the folders of a new process. */
export function processFolders({ results, temporary }: FolderPlaces): ProcessFolders {
  const own = join(temporary, randomUUID())
  return {
    given: join(own, 'given'),
    temporary: join(own, 'temporary'),
    results: results === undefined ? join(own, 'results') : join(results, randomUUID()),
  }
}

/** Throws the system's error. */
export async function makeFolders({ given, results, temporary }: ProcessFolders): Promise<void> {
  const own = dirname(given)
  const place = dirname(own)
  await makeFolderBelow(dirname(place), place)
  for (const folder of [own, given, temporary, results]) await mkdir(folder, { mode: PRIVATE })
}

export async function removeFolders({ given, results }: ProcessFolders): Promise<void> {
  for (const folder of [dirname(given), results]) await removeTree(folder)
}

/** Moves the files of a request to the folders of a process. Missing files are skipped. */
export async function lend(files: readonly LentFile[], folders: ProcessFolders): Promise<void> {
  const existing = files.filter(({ use }) => use !== 'make')
  await Promise.all(existing.map((file) => moveIfThere(fsPath(file.path), placeOf(file, folders))))
}

/**
 * Moves the files of a request back. A process that an attacker controls may have left a link to another file, a file
 * with a second name in its folders, or a file that other users can change. So only a regular file with one name is
 * kept, and only this user may access it. This is checked after the move, when the process can no longer reach the
 * path.
 */
export async function takeBack(files: readonly LentFile[], folders: ProcessFolders): Promise<void> {
  await Promise.all(
    files.map(async (file) => {
      const isThere = await moveIfThere(placeOf(file, folders), fsPath(file.path))
      if (!isThere || file.use === 'read') return
      const stats = await lstat(file.path)
      if (stats.isFile() && stats.nlink === 1) await chmod(file.path, PRIVATE_FILE)
      else await removeTree(file.path)
    }),
  )
}

const PRIVATE = 0o700
const PRIVATE_FILE = 0o600

function placeOf({ name, use }: LentFile, { given, results }: ProcessFolders): string | Buffer {
  return fsPath(joinName(use === 'read' ? given : results, name))
}

async function moveIfThere(from: string | Buffer, to: string | Buffer): Promise<boolean> {
  try {
    await rename(from, to)
    return true
  } catch (err) {
    if (systemCode(err) === 'ENOENT') return false
    throw err
  }
}
