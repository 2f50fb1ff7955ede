import { type Kysely, sql } from 'kysely'

const statements = [
  // Ids are never reused: a stale reference must not find a different row.
  `create table row_ids(
     table_name text primary key,
     next integer not null
   ) strict, without rowid`,
  `insert into row_ids(table_name, next) select 'entries', coalesce(max(id), 0) + 1 from entries`,
  `create table departed(
     id integer primary key autoincrement,
     uuid blob not null,
     volume_id integer not null references volumes(id) on delete cascade,
     kind integer not null,
     inode any not null,
     birthtime integer,
     parent_id integer,
     name any not null,
     lent integer not null default 0
   ) strict`,
  `create index departed_object on departed(inode)`,
  `create unique index departed_file on departed(uuid, volume_id, inode, kind, coalesce(birthtime, -1))`,
  `create trigger departed_bound after insert on departed begin
     delete from departed where id <= new.id - 100000;
   end`,
  `create trigger entries_removed after delete on entries begin
     update directories set fingerprint = null where id = old.parent_id and fingerprint is not null;
     update row_ids set next = old.id + 1 where table_name = 'entries' and next <= old.id;
   end`,
  `create trigger entries_placed after update of parent_id, name on entries begin
     update directories set fingerprint = null where id in (old.parent_id, new.parent_id) and fingerprint is not null;
   end`,
  // A trigger on every new row would triple the time of a first scan, but every addition changes this count. A
  // fingerprint that is written together with the count is valid.
  `create trigger directories_counted after update of child_count on directories
   when new.child_count <> old.child_count and new.fingerprint = old.fingerprint begin
     update directories set fingerprint = null where id = new.id;
   end`,
  // Earlier versions kept the content of a file in whose place there is a symlink now.
  `update entries set content_id = null where content_id is not null and kind <> 0`,
  // Earlier versions kept fingerprints of folders whose rows had changed, so none of them can be trusted.
  `update directories set fingerprint = null`,
]

/** The database itself clears a fingerprint when the rows it covers change, and never reuses an entry's id. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
