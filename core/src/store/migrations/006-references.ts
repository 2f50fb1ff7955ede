import { type Kysely, sql } from 'kysely'

const statements = [
  `create table captures(
     content_id integer primary key references content_identities(id) on delete cascade,
     identifier text,
     at_ms integer,
     clock_ms integer,
     duration_ms integer,
     error text
   ) strict`,
  `create index captures_identifier on captures(identifier) where identifier is not null`,
  `create table xmp_documents(
     content_id integer primary key references content_identities(id) on delete cascade,
     facts text,
     error text
   ) strict`,
  `create table sidecar_conversions(
     id integer primary key,
     job blob not null,
     content_id integer not null references content_identities(id) on delete cascade,
     kind integer not null,
     variant text not null,
     format text not null,
     path blob not null,
     source_content_id integer not null,
     mtime integer not null,
     size integer not null,
     checksum blob not null,
     state integer not null,
     created_at integer not null,
     updated_at integer not null
   ) strict`,
  `create index sidecar_conversions_content on sidecar_conversions(content_id)`,
  `create index sidecar_conversions_open on sidecar_conversions(state) where state in (0, 1, 3)`,
  // Indexes of references, and of the kinds whose files are the user's own: 7 and 8 of `sidecarKinds`.
  `create index sidecars_source on sidecars(source_entry_id) where source_entry_id is not null`,
  `create index sidecars_companions on sidecars(kind, content_id) where kind in (7, 8)`,
  // Indexes of candidates for references: videos (2 of `fileTypes`) and XMP files.
  `create index entries_video on entries(parent_id) where type = 2`,
  `create index entries_xmp on entries(parent_id) where name glob '*.[xX][mM][pP]'`,
  // A reference needs its file, and row ids of entries may be reused.
  `create trigger entries_delete_references before delete on entries begin
     delete from sidecars where source_entry_id = old.id;
   end`,
]

/** Adds the data that pairs files, and the files that were moved into the library with their former places. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
