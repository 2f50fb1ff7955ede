import type { DatabaseSync } from '../db/sqlite.ts'

/**
 * For each reference: what the schema does when the referenced row is deleted. Used for rows that refer to a missing
 * row in spite of the schema.
 */
const REPAIRS = [
  `delete from stale_contents where entry_id not in (select id from entries)
     or content_id not in (select id from content_identities)`,
  'delete from content_conflicts where entry_id not in (select id from entries)',
  `update sidecars set source_entry_id = null
   where source_entry_id is not null and source_entry_id not in (select id from entries)`,
  `update entries set content_id = null, content_state = 0
   where content_id is not null and content_id not in (select id from content_identities)`,
  `update entries set ext_id = null where ext_id is not null and ext_id not in (select id from extensions)`,
]

/**
 * Repairs references to missing rows, in the caller's transaction: the reference becomes null if the column allows it;
 * otherwise its row is deleted. Returns the number of repairs.
 */
export function mendReferences(db: DatabaseSync): number {
  return REPAIRS.reduce((mended, sql) => mended + Number(db.prepare(sql).run().changes), 0)
}
