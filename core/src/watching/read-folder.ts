import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { systemCode } from '../util/errors.ts'
import { reachable } from '../util/reachable-path.ts'
import { bytesToName, fsPath, type RawName } from '../util/file-name.ts'

/** All names in a folder. Throws the system's error. */
export function readNames(dir: RawName): RawName[] {
  const path = fsPath(dir)
  const names: string[] = readdirSync(path, 'utf8')
  return names.some(isDoubtful) ? readdirSync(path, 'buffer').map(bytesToName) : names
}

/** The subfolders of a folder, and all its names. Symlinks are not folders. */
export function readFolders(dir: RawName): { folders: RawName[]; names: RawName[] } {
  const path = fsPath(dir)
  const folders: RawName[] = []
  const names: RawName[] = []
  for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'utf8' })) {
    if (isDoubtful(entry.name)) return readFoldersAsBytes(path)
    names.push(entry.name)
    if (entry.isDirectory()) folders.push(entry.name)
  }
  return { folders, names }
}

function readFoldersAsBytes(path: string | Buffer): { folders: RawName[]; names: RawName[] } {
  const entries = readdirSync(path, { withFileTypes: true, encoding: 'buffer' })
  return {
    folders: entries.filter((entry) => entry.isDirectory()).map((entry) => bytesToName(entry.name)),
    names: entries.map((entry) => bytesToName(entry.name)),
  }
}

/** Whether the name may contain bytes that are not UTF-8. Node shows such bytes as U+FFFD. */
function isDoubtful(name: string): boolean {
  return name.includes('\uFFFD')
}

/** Null if there is no entry, or no permission to access it. */
export function lstatOrNull(path: RawName): Stats | null {
  try {
    using short = reachable(path)
    return lstatSync(fsPath(short.path), { throwIfNoEntry: false }) ?? null
  } catch (err) {
    if (systemCode(err) !== null) return null
    throw err
  }
}
