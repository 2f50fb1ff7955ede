import { type Kysely, sql } from 'kysely'

const statements = [
  `create table video_media(
     content_id integer primary key references content_identities(id) on delete cascade,
     width integer, height integer, rotation integer, duration_ms integer, bit_rate integer,
     codec text, pixel_format text,
     color_space text, color_range text, color_primaries text, color_transfer text,
     fps_num integer, fps_den integer,
     audio_codec text, audio_channels integer, audio_sample_rate integer, audio_bit_rate integer,
     title text, artist text, album text,
     creation_time text, taken_at text, taken_offset_minutes integer
   ) strict`,
  `alter table image_media add column color_profile text`,
  // Clears the mark of pictures and videos (types 1 and 2), so that the next run reads their extended metadata.
  `update content_identities set examined_at = null where type in (1, 2)`,
]

/** Adds the metadata of videos and the colour profiles of pictures. */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
