import type { RawName } from '../../util/file-name.ts'
import type { HasName } from './rule-engine.ts'

/** Most folders need fewer lookups. If a folder needs more, a set of its names is faster. */
const MAX_LINEAR_LOOKUPS = 16

/**
 * `HasName` for a folder whose names are known. For a few lookups, searching the array is faster than building a set.
 */
export function hasListed(names: readonly RawName[]): HasName {
  let lookups = 0
  let set: ReadonlySet<RawName> | null = null
  return (name) => {
    if (set) return set.has(name)
    if (++lookups > MAX_LINEAR_LOOKUPS) set = new Set(names)
    return names.includes(name)
  }
}
