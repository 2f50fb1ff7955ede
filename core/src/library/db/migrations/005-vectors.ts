import { type Kysely, sql } from 'kysely'

const statements = [
  // Sketches of the vectors in one file \`embeddings/<model>.f32\`, one after the other. Numbers are never used again, so that
  // whoever has read up to one finds what is new behind it. The last \`names\` of the vectors are those of names.
  `create table vectors(
     id integer primary key autoincrement,
     sidecar_id integer not null unique,
     model text not null,
     dimensions integer not null,
     names integer not null,
     sketches blob not null
   ) strict`,
  // Each of the vectors as 16-bit numbers, in rows of id * 1,024 and the number of the vector in its file.
  `create table vector_codes(id integer primary key, code blob not null) strict`,
  `create trigger vectors_delete_codes after delete on vectors begin
     delete from vector_codes where id between old.id * 1024 and old.id * 1024 + 1023;
   end`,
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
