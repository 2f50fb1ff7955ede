import { type Kysely, sql } from 'kysely'

const statements = [
  // Folders that a `browse` or `read` grant opens, with everything below them. Paths are bytes, as in the file system.
  `create table grant_folders(
     device text not null references devices(device) on delete cascade,
     what text not null,
     folder blob not null,
     at integer not null,
     primary key(device, what, folder)
   ) strict, without rowid`,
  // 1: a person has granted all files of this device.
  'alter table grants add column everything integer not null default 0',
  // The requested path. Null: the request named no path, or was for the list of places.
  'alter table grant_requests add column path text',
  // 1: an older version granted the whole disk without saying so. A person is asked again.
  'alter table grant_requests add column was_everything integer not null default 0',
  `insert into grant_requests(device, what, at, was_everything)
     select device, what, at, 1 from grants where allowed = 1 and what in ('browse', 'read')
     on conflict(device, what) do update set was_everything = 1`,
  "update grants set allowed = 0 where allowed = 1 and what in ('browse', 'read')",
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
