import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { reachable } from '../../util/reachable-path.ts'
import { fsPath } from '../../util/file-name.ts'

/** Larger ignore files are skipped: the largest published ones have some 20 KiB. */
const MAX_RULE_FILE_BYTES = 1_048_576

/** Like git, do not follow an ignore file that is a symlink. */
const neverFollowed = /\/(\.gitignore|\.spacedriveignore)$/

/**
 * `RuleEngineOptions.readFile` for the real file system. It never waits for a FIFO or a device, and it limits the
 * size.
 */
export function readRuleFile(path: string): Uint8Array | null {
  const follow = neverFollowed.test(path) ? (constants.O_NOFOLLOW ?? 0) : 0
  let fd = -1
  try {
    using short = reachable(path)
    fd = openSync(fsPath(short.path), constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | follow)
    const stats = fstatSync(fd)
    if (!stats.isFile() || stats.size > MAX_RULE_FILE_BYTES) return null
    const bytes = new Uint8Array(stats.size)
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0))
  } catch {
    // If a rule file cannot be read, treat it as missing.
    return null
  } finally {
    if (fd >= 0) closeSync(fd)
  }
}
