import { type Kysely, sql } from 'kysely'

const statements = [
  `create table offers(
     id text not null primary key,
     direction text not null,
     device text not null,
     device_name text not null,
     sender text,
     items integer not null,
     bytes integer not null,
     names text not null,
     roots blob,
     state text not null,
     transfer text,
     bytes_done integer not null,
     reason text,
     told integer not null,
     created_at integer not null,
     expires_at integer not null
   ) strict`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
