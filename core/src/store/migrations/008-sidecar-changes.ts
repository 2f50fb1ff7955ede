import { type Kysely, sql } from 'kysely'

const statements = [
  `create table sidecar_changes(
     seq integer primary key autoincrement,
     content_id integer not null,
     kind integer not null,
     variant text not null,
     format text not null
   ) strict`,
  // 2 of `sidecarStates`: ready.
  `create trigger sidecars_insert_change after insert on sidecars when new.state = 2 begin
     insert into sidecar_changes(content_id, kind, variant, format)
     values (new.content_id, new.kind, new.variant, new.format);
   end`,
  `create trigger sidecars_update_change after update of state, size, checksum, source_entry_id on sidecars
   when (old.state = 2 or new.state = 2) and (old.state <> new.state or old.size is not new.size
     or old.checksum is not new.checksum or old.source_entry_id is not new.source_entry_id) begin
     insert into sidecar_changes(content_id, kind, variant, format)
     values (new.content_id, new.kind, new.variant, new.format);
   end`,
  `create trigger sidecars_delete_change after delete on sidecars when old.state = 2 begin
     insert into sidecar_changes(content_id, kind, variant, format)
     values (old.content_id, old.kind, old.variant, old.format);
   end`,
  // A reader that is more than 20,000 changes behind reads all sidecars again, which takes no longer.
  `create trigger sidecar_changes_bound after insert on sidecar_changes begin
     delete from sidecar_changes where seq <= new.seq - 20000;
   end`,
]

/**
 * Records the sidecars that became ready, or are no longer ready, in order, so that other devices can be sent only new
 * changes.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
