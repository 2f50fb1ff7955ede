import { statfsSync } from 'node:fs'
import { fsPath, type RawName } from '../util/file-name.ts'
import { systemCode } from '../util/errors.ts'

/** Number of links to a folder without subfolders: its name, and its own `.`; each subfolder adds a `..`. */
export const LINKS_OF_LEAF = 2

/**
 * ext2 to ext4, XFS and tmpfs, by their `statfs(2)` numbers. Other file systems count differently, or always report 1
 * or 2.
 */
const COUNTING = new Set([0xef53, 0x58465342, 0x01021994])

/** Whether, on this file system, the number of links to a folder gives its number of subfolders. */
export function countsFolders(dir: RawName): boolean {
  if (process.platform !== 'linux') return false
  try {
    return COUNTING.has(statfsSync(fsPath(dir)).type)
  } catch (err) {
    if (systemCode(err) === null) throw err
    return false
  }
}
