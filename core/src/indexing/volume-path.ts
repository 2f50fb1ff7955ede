import { bytesToName, nameBytes, pathBelow, type RawName } from '../util/file-name.ts'

/** A folder that is known, by its absolute path and by that in its volume, which ends in a slash or is empty. */
export interface PlacedFolder {
  readonly dir: RawName
  readonly volumePath: RawName
}

/** The path in the volume of a folder in `top`, or of `top` itself; ends in a slash, or is empty. */
export function volumePathOf(top: PlacedFolder, dir: RawName): RawName {
  const below = requireBelow(top.dir, dir)
  return bytesToName(Buffer.concat([nameBytes(top.volumePath), below, Buffer.from(below.length > 0 ? '/' : '')]))
}

/** How many folders down from `top` a folder is. */
export function levelsBelow(top: RawName, dir: RawName): number {
  const below = requireBelow(top, dir)
  return below.length === 0 ? 0 : below.reduce((levels, byte) => (byte === SLASH ? levels + 1 : levels), 1)
}

function requireBelow(top: RawName, dir: RawName): Uint8Array {
  const below = pathBelow(dir, top)
  if (!below) throw new Error('a folder was looked for in a location it does not lie in')
  return below
}

const SLASH = 0x2f
