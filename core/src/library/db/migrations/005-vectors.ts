import { type Kysely, sql } from 'kysely'

const statements = [
  // Sketches of the vectors in one file \`embeddings/<model>.f32\`, one after the other; the vectors are in the file. Numbers
  // are never used again, so that whoever has read up to one finds what is new behind it.
  `create table vectors(
     id integer primary key autoincrement,
     sidecar_id integer not null unique,
     model text not null,
     dimensions integer not null,
     sketches blob not null
   ) strict`,
  `create index vectors_model on vectors(model, dimensions)`,
  // \`indexed\` is the checksum of the file whose sketches are in \`vectors\`.
  `create index sidecars_unsketched on sidecars(id)
     where state = 2 and kind = 3 and format = 'f32' and indexed is not checksum`,
  `create trigger sidecars_delete_vectors after delete on sidecars when old.kind = 3 begin
     delete from vectors where sidecar_id = old.id;
   end`,
]

/** What texts mean, to be searched. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
