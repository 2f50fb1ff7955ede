import { fstatSync } from 'node:fs'
import { isUnchanged, type OpenFile, openForReading, readFully } from '../../content/regular-file.ts'
import { CoreError } from '../../util/errors.ts'
import { displayName, fsPath, type RawName } from '../../util/file-name.ts'
import { pathError } from '../../util/path-error.ts'

/** Bytes that are read and compared at once. */
const CHUNK_BYTES = 1_048_576
const BIGINT = { bigint: true } as const

/** Compares files byte by byte, up to the first difference. Blocks its thread between turns. */
export class FileComparer {
  readonly #left = Buffer.allocUnsafeSlow(CHUNK_BYTES)
  readonly #right = Buffer.allocUnsafeSlow(CHUNK_BYTES)

  /**
   * `turn` is awaited before each piece. Throws `Conflict` if one of the files is written meanwhile, and the errors of
   * reading them.
   */
  async areEqual(left: RawName, right: RawName, turn: () => Promise<void>): Promise<boolean> {
    using one = open(left)
    using other = open(right)
    const [before, otherBefore] = [fstatSync(one.fd, BIGINT), fstatSync(other.fd, BIGINT)]
    for (const [stats, path] of [
      [before, left],
      [otherBefore, right],
    ] as const)
      if (!stats.isFile()) throw changed(path)
    if (before.dev === otherBefore.dev && before.ino === otherBefore.ino) return true
    if (before.size !== otherBefore.size) return false
    const size = Number(before.size)
    for (let position = 0; position < size; position += CHUNK_BYTES) {
      await turn()
      const at = { start: 0, length: Math.min(CHUNK_BYTES, size - position), position }
      const [read, otherRead] = [readPiece(one.fd, this.#left, at, left), readPiece(other.fd, this.#right, at, right)]
      if (read < at.length) throw changed(left)
      if (otherRead < at.length) throw changed(right)
      if (this.#left.compare(this.#right, 0, read, 0, read) !== 0) return false
    }
    if (!isUnchanged(before, fstatSync(one.fd, BIGINT))) throw changed(left)
    if (!isUnchanged(otherBefore, fstatSync(other.fd, BIGINT))) throw changed(right)
    return true
  }
}

function open(path: RawName): OpenFile {
  try {
    return openForReading(fsPath(path))
  } catch (err) {
    throw pathError(err, displayName(path))
  }
}

function readPiece(
  fd: number,
  target: Uint8Array,
  at: { start: number; length: number; position: number },
  path: RawName,
): number {
  try {
    return readFully(fd, target, at)
  } catch (err) {
    throw pathError(err, displayName(path))
  }
}

export function changed(path: RawName): CoreError {
  const shown = displayName(path)
  return new CoreError('Conflict', `${shown} was changed while it was read; compare again`, {
    details: { path: shown },
  })
}
