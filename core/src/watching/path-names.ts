import { bytesToName, nameBytes, type RawName } from '../util/file-name.ts'

/**
 * The names on the way from one folder down to another; empty for the folder itself, null if the other is not below.
 */
export function namesBelow(top: RawName, dir: RawName): RawName[] | null {
  const head = Buffer.from(nameBytes(top))
  const path = Buffer.from(nameBytes(dir))
  if (head.equals(path)) return []
  const start = head.at(-1) === SLASH ? head.length : head.length + 1
  if (!path.subarray(0, head.length).equals(head) || path[start - 1] !== SLASH) return null
  const names: RawName[] = []
  for (let at = start; at < path.length;) {
    const end = path.indexOf(SLASH, at)
    names.push(bytesToName(path.subarray(at, end < 0 ? path.length : end)))
    at = end < 0 ? path.length : end + 1
  }
  return names
}

/** The last name of a path. */
export function lastName(path: RawName): RawName {
  if (typeof path === 'string') return path.slice(path.lastIndexOf('/') + 1)
  return bytesToName(path.subarray(path.lastIndexOf(SLASH) + 1))
}

const SLASH = 0x2f
