import { type Kysely, sql } from 'kysely'

const statements = [
  // The table stores no text, because the sidecars have it. Row ids are content_id * 16 + the kind of the sidecar.
  `create virtual table texts using fts5(
     text, content = '', contentless_delete = 1, prefix = '2 3',
     tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
   )`,
  // The checksum of the file whose text is in `texts`.
  `alter table sidecars add column indexed blob`,
  `create index sidecars_unindexed on sidecars(id)
     where state = 2 and kind in (1, 2, 4) and variant = 'default' and format = 'json' and indexed is not checksum`,
  `create trigger sidecars_delete_text after delete on sidecars when old.indexed is not null begin
     delete from texts where rowid = old.content_id * 16 + old.kind;
   end`,
]

/** Adds the index of the sidecars' texts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
