import type { ReadDatabase } from '../db/sqlite.ts'
import { withTuples } from '../db/typed-rows.ts'
import { displayName, type RawName } from '../util/file-name.ts'
import { foldName } from '../util/fold.ts'

export interface NamesBeginningInput {
  readonly directoryId: number
  /** The text that the user typed. */
  readonly prefix: string
}

/** Row ids of the entries of a folder whose names begin with `prefix`, ignoring case and accents; unordered. */
export function namesBeginning(db: ReadDatabase, { directoryId, prefix }: NamesBeginningInput): Float64Array {
  const names = withTuples<[id: number, name: RawName]>(db.prepare('select id, name from entries where parent_id = ?'))
  const begins = foldName(prefix)
  const found: number[] = []
  for (const [id, name] of names.iterate(directoryId))
    if (foldName(displayName(name)).startsWith(begins)) found.push(id)
  return Float64Array.from(found)
}
