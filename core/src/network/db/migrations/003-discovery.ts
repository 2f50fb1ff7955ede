import { type Kysely, sql } from 'kysely'

const statements = [
  `create table discovery_secrets(
     device text primary key references devices(device) on delete cascade,
     secret blob not null
   ) strict`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
