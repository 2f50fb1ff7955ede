import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { reachable } from '../../util/reachable-path.ts'
import { fsPath } from '../../util/file-name.ts'

/** Larger ignore files ignore nothing: the largest published ones have some 20 KiB. */
const MAX_RULE_FILE_BYTES = 1_048_576

/** As git has it, an ignore file in a work tree that is a symlink is not followed. */
const neverFollowed = /\/(\.gitignore|\.spacedriveignore)$/

/** `RuleEngineOptions.readFile` for the real file system: never waits at a FIFO or a device, never reads without end. */
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
    // A file that cannot be read rules nothing, as if it were not there.
    return null
  } finally {
    if (fd >= 0) closeSync(fd)
  }
}
