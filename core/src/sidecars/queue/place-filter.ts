import type { SQLInputValue } from '../../db/sqlite.ts'
import type { KnownLocation } from '../../location/index.ts'
import { nameBytes } from '../../util/file-name.ts'

/** A location without its nested locations, which have their own settings. */
export interface PlaceFilter {
  readonly location: KnownLocation
  readonly except: readonly KnownLocation[]
}

/** An SQL condition on `directories d`: true for directories of the place. */
export function placeCondition({ location, except }: PlaceFilter): { sql: string; params: SQLInputValue[] } {
  // For an empty path, which the root of a volume has, SQLite returns null for a part of it.
  const below = "ifnull(substr(d.path, 1, length(?)), x'') = ?"
  const roots = [location, ...except].map(({ volumePath }) => new Uint8Array(nameBytes(volumePath)))
  return {
    sql: ['d.volume_id = ?', below, ...except.map(() => `not ${below}`)].join(' and '),
    params: [location.volumeId, ...roots.flatMap((root) => [root, root])],
  }
}
