import { statfsSync } from 'node:fs'
import { CoreError } from '../../util/errors.ts'
import { fsPath, parsePath } from '../../util/file-name.ts'

/** Space that a transfer leaves free on the disk, in bytes. */
const KEEP_FREE_BYTES = 67_108_864

/** Throws `DiskFull` if the disk of a folder has no space for this many bytes. */
export function requireSpace(folder: string, wanted: number): void {
  const { bavail, bsize } = statfsSync(fsPath(parsePath(folder)))
  const free = bavail * bsize - KEEP_FREE_BYTES
  if (wanted <= free) return
  throw new CoreError(
    'DiskFull',
    `${wanted} bytes are to come, and ${Math.max(0, free)} can be taken in ${folder}; free some space, or choose another folder`,
  )
}
