import { type Kysely, sql } from 'kysely'

const statements = [
  `create table transfers(
     id text not null primary key,
     devices text not null,
     kind text not null,
     spec blob not null,
     title text not null,
     folder text not null,
     preserve integer not null,
     state text not null,
     files_done integer not null,
     files_total integer,
     bytes_done integer not null,
     bytes_total integer,
     left_out integer not null,
     failed integer not null,
     failures text not null,
     error text,
     created_at integer not null,
     ended_at integer
   ) strict`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
