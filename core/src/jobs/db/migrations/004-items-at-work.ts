import { type Kysely, sql } from 'kysely'

/** Lets an item keep its count of stops while the job works on other items first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table job_items add column at_work integer not null default 1').execute(db)
}
