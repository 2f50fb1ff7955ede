import { type Kysely, sql } from 'kysely'

const statements = [
  `create table devices(
     id integer primary key,
     uuid blob not null unique,
     name text not null,
     slug text not null unique,
     details text not null,
     created_at integer not null,
     last_seen_at integer not null
   ) strict`,
  `create table volumes(
     id integer primary key,
     uuid blob not null unique,
     device_id integer not null references devices(id),
     fingerprint text not null unique,
     name text not null,
     display_name text,
     tracked integer not null default 0,
     mount_point blob,
     kind text not null,
     disk text not null,
     filesystem text not null,
     total_bytes integer not null,
     free_bytes integer not null,
     read_only integer not null default 0,
     cow integer not null default 0,
     removable integer not null default 0,
     read_bps integer,
     write_bps integer,
     created_at integer not null,
     last_seen_at integer not null
   ) strict`,
  `create table extensions(id integer primary key, ext text not null unique) strict`,
  `create table content_identities(
     id integer primary key,
     uuid blob not null unique,
     hash blob not null,
     hash_version integer not null,
     full_hash blob,
     size integer not null,
     type integer not null,
     mime text,
     confidence integer not null,
     examined_at integer
   ) strict`,
  `create table entries(
     id integer primary key,
     uuid blob not null,
     parent_id integer references entries(id),
     name any not null,
     sort_key blob not null,
     kind integer not null,
     type integer not null,
     ext_id integer references extensions(id),
     size integer not null,
     allocated integer not null,
     mtime integer not null,
     mtime_ns integer not null,
     ctime integer not null,
     birthtime integer,
     inode any not null,
     nlink integer not null,
     mode integer not null,
     content_id integer references content_identities(id),
     content_state integer not null default 0
   ) strict`,
  `create unique index entries_uuid on entries(uuid)`,
  `create unique index entries_parent on entries(parent_id, sort_key)`,
  `create index entries_content on entries(content_id) where content_id is not null`,
  `create table directories(
     id integer primary key references entries(id) on delete cascade,
     volume_id integer not null references volumes(id),
     path blob not null,
     child_count integer not null default 0,
     file_count integer not null default 0,
     dir_count integer not null default 0,
     symlink_count integer not null default 0,
     other_count integer not null default 0,
     total_size integer not null default 0,
     fingerprint blob,
     scanned_at integer,
     error text
   ) strict`,
  `create unique index directories_path on directories(volume_id, path)`,
  `create table stale_contents(
     entry_id integer primary key references entries(id) on delete cascade,
     content_id integer not null references content_identities(id)
   ) strict`,
  `create table locations(
     id integer primary key,
     uuid blob not null unique,
     directory_id integer not null unique references directories(id),
     name text not null,
     path blob not null unique,
     mode text not null,
     watch integer not null,
     max_depth integer,
     rules text not null,
     state text not null,
     error text,
     root_inode any not null,
     last_scan_at integer,
     created_at integer not null
   ) strict`,
  `create table content_conflicts(
     entry_id integer primary key references entries(id) on delete cascade,
     extension text not null,
     looks_like text not null
   ) strict, without rowid`,
  `create table image_media(
     content_id integer primary key references content_identities(id) on delete cascade,
     width integer, height integer, taken_at text, taken_offset_minutes integer,
     latitude real, longitude real, altitude real,
     camera_make text, camera_model text, lens_model text,
     focal_length real, aperture real, shutter_speed real, iso integer,
     orientation integer, color_space text, bit_depth integer,
     artist text, copyright text, description text
   ) strict`,
  `create table audio_media(
     content_id integer primary key references content_identities(id) on delete cascade,
     duration_ms integer, bit_rate integer, sample_rate integer, channels integer, codec text,
     title text, artist text, album text, album_artist text, genre text, year integer,
     track_number integer, disc_number integer, composer text, publisher text, copyright text
   ) strict`,
]

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}
