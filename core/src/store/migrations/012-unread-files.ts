import { type Kysely, sql } from 'kysely'

/**
 * Indexes files that could not be read, by folder. If a folder has moved or its permissions have changed, the files
 * below it are tried again.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw('create index entries_unread on entries(parent_id) where content_state = 2').execute(db)
}
