import { type Kysely, sql } from 'kysely'

/** The library's manifest, also in the database and so in every backup: `library.json` can be lost. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw('create table library_identity(id integer primary key check (id = 1), manifest text not null) strict')
    .execute(db)
}
