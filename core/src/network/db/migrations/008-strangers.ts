import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // 1: the other device is not paired; `device` was made for this offer alone.
  await sql.raw('alter table offers add column stranger integer not null default 0').execute(db)
}
