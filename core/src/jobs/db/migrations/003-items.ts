import { type Kysely, sql } from 'kysely'

/**
 * Adds a table for the items of interrupted jobs, so that the next start knows during which item the process stopped.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table job_items(
         job_id integer not null references jobs(id) on delete cascade,
         item text not null,
         stops integer not null default 0,
         primary key (job_id, item)
       ) strict, without rowid`,
    )
    .execute(db)
}
