import { type Kysely, sql } from 'kysely'

/** Stores the library's manifest in the database, and so in every backup, because `library.json` can be lost. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw('create table library_identity(id integer primary key check (id = 1), manifest text not null) strict')
    .execute(db)
}
