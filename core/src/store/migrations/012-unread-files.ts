import { type Kysely, sql } from 'kysely'

/** Files that could not be read, by folder: once a folder has moved or has been opened, those below it are tried again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('create index entries_unread on entries(parent_id) where content_state = 2').execute(db)
}
