import { type Kysely, sql } from 'kysely'

const statements = [
  // The sketches of the vectors in one file `embeddings/<model>.f32`, one after another. Ids are never reused, so that
  // a reader finds new rows after the last id that it has read. The last vectors are those of file names; their number
  // is `names`.
  `create table vectors(
     id integer primary key autoincrement,
     sidecar_id integer not null unique,
     model text not null,
     dimensions integer not null,
     names integer not null,
     sketches blob not null
   ) strict`,
  // Each vector as 16-bit numbers. Row ids are id * 1,024 + the number of the vector in its file.
  `create table vector_codes(id integer primary key, code blob not null) strict`,
  `create trigger vectors_delete_codes after delete on vectors begin
     delete from vector_codes where id between old.id * 1024 and old.id * 1024 + 1023;
   end`,
  `create index vectors_model on vectors(model, dimensions)`,
  // `indexed` is the checksum of the file whose sketches are in `vectors`.
  `create index sidecars_unsketched on sidecars(id)
     where state = 2 and kind = 3 and format = 'f32' and indexed is not checksum`,
  `create trigger sidecars_delete_vectors after delete on sidecars when old.kind = 3 begin
     delete from vectors where sidecar_id = old.id;
   end`,
]

/** Adds the sketches and codes of embeddings for search by meaning. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
