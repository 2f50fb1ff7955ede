import { type Kysely, sql } from 'kysely'

const statements = [
  // The table stores no text, so all texts are read again from the sidecars: indexed = null marks a text as missing.
  `drop table texts`,
  `update searched_sidecars set indexed = null where indexed is not null and kind in (1, 2, 4)`,
  `create virtual table texts using fts5(
     text, content = '', contentless_delete = 1, prefix = '2 3 4',
     tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
   )`,
]

/** Indexes all texts again, with each Korean character as a word, so that words inside longer ones are found. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
