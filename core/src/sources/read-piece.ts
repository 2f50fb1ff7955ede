import { CoreError } from '../util/errors.ts'
import { baseOf, displayName } from '../util/file-name.ts'
import type { Piece, PieceInput } from './file-source.ts'
import { openedFileTag, type OpenFile } from './open-file.ts'

const NS_PER_MS = 1e6

/**
 * A piece of an open file, with the file's current size, time and tag. Throws `Conflict` if the tag no longer matches.
 */
export async function readPiece(
  file: OpenFile,
  { etag, length, offset }: Pick<PieceInput, 'etag' | 'length' | 'offset'>,
): Promise<Piece> {
  const { mtimeNs, size } = file.stats
  const now = openedFileTag(file)
  if (etag !== null && etag !== now)
    throw new CoreError('Conflict', `${displayName(file.path)} changed while it was being read; start again`)
  return {
    name: baseOf(file.path),
    size: Number(size),
    mtimeMs: Number(mtimeNs) / NS_PER_MS,
    etag: now,
    bytes: await readBytes(file, { offset, length }),
  }
}

/** Reads a part of an open file. Returns fewer bytes if the file ends. */
export async function readBytes(file: OpenFile, { length, offset }: { offset: number; length: number }) {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, Number(file.stats.size) - offset)))
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await file.handle.read(bytes, filled, bytes.length - filled, offset + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
