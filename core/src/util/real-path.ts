import { lstat, realpath } from 'node:fs/promises'
import { bytesToName, fsPath, type RawName } from './file-name.ts'

/**
 * Resolves the links of a path as far as the path exists, so that it works for files on an offline volume too. Returns
 * null if the target is unknown: for a relative path, for a broken link, and for `..` after a missing folder.
 */
export async function realPathOf(path: RawName): Promise<RawName | null> {
  const bytes = Buffer.from(fsPath(path))
  if (bytes[0] !== SLASH) return null
  for (let end = bytes.length; end >= 0; end = end === 0 ? -1 : bytes.lastIndexOf(SLASH, end - 1)) {
    const [head, rest] = [end === 0 ? Buffer.from('/') : bytes.subarray(0, end), bytes.subarray(end)]
    if (`${rest.toString('latin1')}/`.includes('/../')) return null
    const real = await realpath(head, 'buffer').catch(() => null)
    if (real) return bytesToName(new Uint8Array(end === 0 ? bytes : Buffer.concat([real, rest])))
    const stats = await lstat(head).catch(() => null)
    if (stats?.isSymbolicLink()) return null
  }
  return null
}

const SLASH = 0x2f
