import { type Kysely, sql } from 'kysely'

const statements = [
  // Many words still begin with the same four letters. With an index for such prefixes, they are found as fast as a
  // word. The table stores no text, so all texts are read again from the sidecars: `indexed = null` marks a text as
  // missing.
  `drop table texts`,
  `update sidecars set indexed = null where indexed is not null and kind in (1, 2, 4)`,
  `create virtual table texts using fts5(
     text, content = '', contentless_delete = 1, prefix = '2 3 4',
     tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
   )`,
]

/** Indexes longer prefixes, for searching while the user types. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
