import { type Kysely, sql } from 'kysely'

const statements = [
  `create table sidecars(
     id integer primary key,
     uuid blob,
     content_id integer not null references content_identities(id) on delete cascade,
     kind integer not null,
     variant text not null,
     format text not null,
     source_entry_id integer references entries(id) on delete set null,
     state integer not null,
     size integer,
     checksum blob,
     engine text,
     engine_version text,
     recipe integer not null,
     attempts integer not null default 0,
     error_code text,
     error text,
     created_at integer not null,
     took_ms integer,
     updated_at integer not null
   ) strict`,
  // Pending rows have no uuid; during a first index they are the majority, and indexing each would cost as much again.
  `create unique index sidecars_uuid on sidecars(uuid) where uuid is not null`,
  `create unique index sidecars_key on sidecars(content_id, kind, variant, format)`,
  `create index sidecars_ready on sidecars(content_id, kind, variant) where state = 2`,
  `create index sidecars_unready on sidecars(state, kind) where state <> 2`,
  `create view sidecar_availability as
     select content_id, kind, variant, format, size, checksum from sidecars where state = 2`,
  `alter table content_identities add column thumbhash blob`,
  `alter table content_identities add column colour integer`,
  `alter table locations add column sidecar_policy text`,
]

/** Adds the sidecars of contents, and the thumbhash and main colour of pictures. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
