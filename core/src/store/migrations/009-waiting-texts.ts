import { type Kysely, sql } from 'kysely'

const statements = [
  // Until a text is regenerated, search keeps using the old one. Migration 007 dropped these texts too.
  `drop index sidecars_unindexed`,
  `create index sidecars_unindexed on sidecars(id)
     where checksum is not null and kind in (1, 2, 4) and variant = 'default' and format = 'json'
     and indexed is not checksum`,
  // Thumbnails (kind 0) of documents without a preview are now drawn from their text, so they are retried.
  `update sidecars set state = 0, error_code = null, error = null
     where kind = 0 and state = 3 and error_code = 'Unsupported' and content_id in (
       select c.id from content_identities c where c.mime glob 'application/vnd.openxmlformats-officedocument.*'
         or c.mime glob 'application/vnd.oasis.opendocument.*'
         or c.mime is null and exists (
           select 1 from entries e join extensions x on x.id = e.ext_id
           where e.content_id = c.id and x.ext in ('docx', 'xlsx', 'pptx', 'odt', 'ods', 'odp', 'odg')
         )
     )`,
]

/** Indexes texts and thumbnails that earlier versions left out. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
