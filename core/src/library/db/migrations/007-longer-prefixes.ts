import { type Kysely, sql } from 'kysely'

const statements = [
  // Words that begin with four given letters are many still: with an index of their own they are found as one word is.
  // The table keeps no text, so that all of it is read again from the sidecars: a row that says nothing is not in it.
  `drop table texts`,
  `update sidecars set indexed = null where indexed is not null and kind in (1, 2, 4)`,
  `create virtual table texts using fts5(
     text, content = '', contentless_delete = 1, prefix = '2 3 4',
     tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
   )`,
]

/** The texts of sidecars, to be searched as they are typed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
