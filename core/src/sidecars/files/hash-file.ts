import type { FileHandle } from 'node:fs/promises'
import { loadBlake3 } from '../../util/blake3.ts'

/** Files are hashed in parts of this many bytes. */
export const PART_BYTES = 2 ** 20

/** Hashes an open file in parts, because a copy of a long film does not fit in memory. */
export async function hashInParts(file: FileHandle): Promise<Uint8Array> {
  // A separate hasher, because other files are hashed at the same time.
  const own = await loadBlake3()
  const part = Buffer.allocUnsafe(PART_BYTES)
  own.start()
  for (let at = 0; ;) {
    const { bytesRead } = await file.read(part, 0, PART_BYTES, at)
    if (bytesRead === 0) return own.finish()
    own.update(part.subarray(0, bytesRead))
    at += bytesRead
  }
}
