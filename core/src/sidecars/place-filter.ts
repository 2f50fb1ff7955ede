import type { SQLInputValue } from 'node:sqlite'
import type { KnownLocation } from '../location/index.ts'
import { nameBytes } from '../util/file-name.ts'

/** A location, and those inside it, whose own settings hold there. */
export interface PlaceFilter {
  readonly location: KnownLocation
  readonly except: readonly KnownLocation[]
}

/** A condition on `directories d` that what lies in a place meets. */
export function placeCondition({ location, except }: PlaceFilter): { sql: string; params: SQLInputValue[] } {
  // Of nothing there is no part: SQLite says null where the path is that of the volume itself.
  const below = "ifnull(substr(d.path, 1, length(?)), x'') = ?"
  const roots = [location, ...except].map(({ volumePath }) => new Uint8Array(nameBytes(volumePath)))
  return {
    sql: ['d.volume_id = ?', below, ...except.map(() => `not ${below}`)].join(' and '),
    params: [location.volumeId, ...roots.flatMap((root) => [root, root])],
  }
}
