import type { RawName } from '../../util/file-name.ts'
import type { HasName } from './rule-engine.ts'

/** More questions than most folders raise; a folder that raises more of them is worth a set of its names. */
const MAX_LINEAR_LOOKUPS = 16

/** `HasName` for a folder whose names are known. Comparing with all names is faster than a set that is used a few times. */
export function hasListed(names: readonly RawName[]): HasName {
  let lookups = 0
  let set: ReadonlySet<RawName> | null = null
  return (name) => {
    if (set) return set.has(name)
    if (++lookups > MAX_LINEAR_LOOKUPS) set = new Set(names)
    return names.includes(name)
  }
}
