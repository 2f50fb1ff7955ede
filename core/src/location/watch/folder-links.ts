import { statfsSync } from 'node:fs'
import { fsPath, type RawName } from '../../util/file-name.ts'
import { systemCode } from '../../util/errors.ts'

/** The links to a folder that holds no other: its name, and its own `.`; each folder in it adds a `..`. */
export const LINKS_OF_LEAF = 2

/** ext2 to ext4, XFS and tmpfs, by the numbers of `statfs(2)`. Others count otherwise, always say 1, or always 2. */
const COUNTING = new Set([0xef53, 0x58465342, 0x01021994])

/** Whether the number of links to a folder tells, on this file system, how many folders it holds. */
export function countsFolders(dir: RawName): boolean {
  if (process.platform !== 'linux') return false
  try {
    return COUNTING.has(statfsSync(fsPath(dir)).type)
  } catch (err) {
    if (systemCode(err) === null) throw err
    return false
  }
}
