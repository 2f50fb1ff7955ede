import { type Kysely, sql } from 'kysely'

const statements = [
  // One row: the device that owns this database, and the last port of its endpoint.
  `create table owner(device text not null, port integer not null default 0) strict`,
  `create table devices(
     device text primary key,
     key text not null unique,
     name text not null unique,
     slug text not null unique,
     os text not null,
     capabilities text not null,
     paired_at integer not null,
     last_seen_at integer,
     addresses text not null default '[]',
     relay text,
     blocked integer not null default 0
   ) strict`,
  `create table refused_keys(
     key text primary key,
     device text not null,
     name text not null,
     at integer not null
   ) strict`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
