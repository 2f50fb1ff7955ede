import { type Kysely, sql } from 'kysely'

const statements = [
  `alter table image_media add column keywords text`,
  `alter table image_media add column rating integer`,
  `alter table video_media add column latitude real`,
  `alter table video_media add column longitude real`,
  `alter table video_media add column altitude real`,
  `alter table video_media add column camera_make text`,
  `alter table video_media add column camera_model text`,
  `alter table video_media add column lens_model text`,
  `alter table video_media add column keywords text`,
  `alter table video_media add column rating integer`,
  `create table document_media(
     content_id integer primary key references content_identities(id) on delete cascade,
     title text, author text, subject text, description text, keywords text,
     pages integer, slides integer, sheets integer,
     program text, created_at text, modified_at text
   ) strict`,
  // Clears the mark of pictures, videos, sounds, documents, workbooks and presentations, so that the next run reads
  // their new metadata.
  `update content_identities set examined_at = null where type in (1, 2, 3, 4, 17, 18)`,
]

/** Adds keywords, ratings, the places and cameras of videos, and the metadata of documents. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
