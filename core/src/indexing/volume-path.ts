import { CoreError } from '../util/errors.ts'
import { bytesToName, displayName, nameBytes, pathBelow, type RawName } from '../util/file-name.ts'

/** A folder whose path in its volume is known. That path ends in a slash, or is empty. */
export interface PlacedFolder {
  readonly dir: RawName
  readonly volumePath: RawName
}

/** The path in the volume for `dir`, which is `top` or a folder below it; ends in a slash, or is empty. */
export function volumePathOf(top: PlacedFolder, dir: RawName): RawName {
  const below = requireBelow(top.dir, dir)
  return bytesToName(Buffer.concat([nameBytes(top.volumePath), below, Buffer.from(below.length > 0 ? '/' : '')]))
}

/** How many levels `dir` is below `top`. */
export function levelsBelow(top: RawName, dir: RawName): number {
  const below = requireBelow(top, dir)
  return below.length === 0 ? 0 : below.reduce((levels, byte) => (byte === SLASH ? levels + 1 : levels), 1)
}

function requireBelow(top: RawName, dir: RawName): Uint8Array {
  const below = pathBelow(dir, top)
  // The location may have been moved since the folder was named.
  if (!below) throw new CoreError('NotFound', `${displayName(dir)} is not in ${displayName(top)}`)
  return below
}

const SLASH = 0x2f
