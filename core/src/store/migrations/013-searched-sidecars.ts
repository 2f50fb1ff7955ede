import { type Kysely, sql } from 'kysely'

/**
 * A condition: the sidecar is one that search indexes, a text or vectors. It compares the files, so that a new kind
 * needs no new migration.
 */
function isSearched(row: string): string {
  return `(${row}.variant = 'default' and ${row}.format = 'json' or ${row}.format = 'f32')`
}

const statements = [
  `create table searched_sidecars(
     sidecar_id integer primary key,
     kind integer not null,
     checksum blob,
     indexed blob
   ) strict`,
  `insert into searched_sidecars(sidecar_id, kind, checksum, indexed)
   select s.id, s.kind, s.checksum, s.indexed from sidecars s
   where ${isSearched('s')} and (s.checksum is not null or s.indexed is not null) order by s.id`,
  `create index searched_sidecars_waiting on searched_sidecars(kind, sidecar_id)
     where checksum is not null and indexed is not checksum`,
  `create trigger sidecars_insert_searched after insert on sidecars
   when new.checksum is not null and ${isSearched('new')} begin
     insert into searched_sidecars(sidecar_id, kind, checksum) values (new.id, new.kind, new.checksum);
   end`,
  `create trigger sidecars_update_searched after update of checksum on sidecars
   when new.checksum is not old.checksum and ${isSearched('new')} begin
     insert into searched_sidecars(sidecar_id, kind, checksum) values (new.id, new.kind, new.checksum)
     on conflict(sidecar_id) do update set checksum = excluded.checksum;
   end`,
  `drop trigger sidecars_delete_text`,
  `drop trigger sidecars_delete_vectors`,
  `create trigger sidecars_delete_searched after delete on sidecars when ${isSearched('old')} begin
     delete from texts where rowid = (
       select old.content_id * 16 + old.kind from searched_sidecars
       where sidecar_id = old.id and indexed is not null
     );
     delete from vectors where sidecar_id = old.id;
     delete from searched_sidecars where sidecar_id = old.id;
   end`,
  `drop index sidecars_unindexed`,
  `drop index sidecars_unsketched`,
  `alter table sidecars drop column indexed`,
]

/**
 * Gives the search index a table of its own for the sidecars that it has indexed, because only one folder of the code
 * writes a table. The triggers copy the checksum of each sidecar, so that the sidecars to index are found quickly.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
