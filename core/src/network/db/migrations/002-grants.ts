import { type Kysely, sql } from 'kysely'

const statements = [
  `create table grants(
     device text not null references devices(device) on delete cascade,
     what text not null,
     allowed integer not null,
     at integer not null,
     primary key(device, what)
   ) strict, without rowid`,
  `create table grant_requests(
     device text not null references devices(device) on delete cascade,
     what text not null,
     at integer not null,
     primary key(device, what)
   ) strict, without rowid`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
