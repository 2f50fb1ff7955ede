CREATE VIEW sidecar_availability as
  select content_id, kind, variant, format, size, checksum from sidecars where state = 2;

CREATE TRIGGER departed_bound after insert on departed begin
  delete from departed where id <= new.id - 100000;
  end;

CREATE TRIGGER directories_counted after update of child_count on directories
  when new.child_count <> old.child_count and new.fingerprint = old.fingerprint begin
  update directories set fingerprint = null where id = new.id;
  end;

CREATE TRIGGER entries_delete_references before delete on entries begin
  delete from sidecars where source_entry_id = old.id;
  end;

CREATE TRIGGER entries_placed after update of parent_id, name on entries begin
  update directories set fingerprint = null where id in (old.parent_id, new.parent_id) and fingerprint is not null;
  end;

CREATE TRIGGER entries_removed after delete on entries begin
  update directories set fingerprint = null where id = old.parent_id and fingerprint is not null;
  update row_ids set next = old.id + 1 where table_name = 'entries' and next <= old.id;
  end;

CREATE TRIGGER sidecar_changes_bound after insert on sidecar_changes begin
  delete from sidecar_changes where seq <= new.seq - 20000;
  end;

CREATE TRIGGER sidecars_delete_change after delete on sidecars when old.state = 2 begin
  insert into sidecar_changes(content_id, kind, variant, format)
  values (old.content_id, old.kind, old.variant, old.format);
  end;

CREATE TRIGGER sidecars_delete_searched after delete on sidecars when (old.variant = 'default' and old.format = 'json' or old.format = 'f32') begin
  delete from texts where rowid = (
  select old.content_id * 16 + old.kind from searched_sidecars
  where sidecar_id = old.id and indexed is not null
  );
  delete from vectors where sidecar_id = old.id;
  delete from searched_sidecars where sidecar_id = old.id;
  end;

CREATE TRIGGER sidecars_insert_change after insert on sidecars when new.state = 2 begin
  insert into sidecar_changes(content_id, kind, variant, format)
  values (new.content_id, new.kind, new.variant, new.format);
  end;

CREATE TRIGGER sidecars_insert_searched after insert on sidecars
  when new.checksum is not null and (new.variant = 'default' and new.format = 'json' or new.format = 'f32') begin
  insert into searched_sidecars(sidecar_id, kind, checksum) values (new.id, new.kind, new.checksum);
  end;

CREATE TRIGGER sidecars_update_change after update of state, size, checksum, source_entry_id on sidecars
  when (old.state = 2 or new.state = 2) and (old.state <> new.state or old.size is not new.size
  or old.checksum is not new.checksum or old.source_entry_id is not new.source_entry_id) begin
  insert into sidecar_changes(content_id, kind, variant, format)
  values (new.content_id, new.kind, new.variant, new.format);
  end;

CREATE TRIGGER sidecars_update_searched after update of checksum on sidecars
  when new.checksum is not old.checksum and (new.variant = 'default' and new.format = 'json' or new.format = 'f32') begin
  insert into searched_sidecars(sidecar_id, kind, checksum) values (new.id, new.kind, new.checksum)
  on conflict(sidecar_id) do update set checksum = excluded.checksum;
  end;

CREATE TRIGGER vectors_delete_codes after delete on vectors begin
  delete from vector_codes where id between old.id * 1024 and old.id * 1024 + 1023;
  end;

CREATE TABLE audio_media(
  content_id integer primary key references content_identities(id) on delete cascade,
  duration_ms integer, bit_rate integer, sample_rate integer, channels integer, codec text,
  title text, artist text, album text, album_artist text, genre text, year integer,
  track_number integer, disc_number integer, composer text, publisher text, copyright text
  ) strict;

CREATE TABLE captures(
  content_id integer primary key references content_identities(id) on delete cascade,
  identifier text,
  at_ms integer,
  clock_ms integer,
  duration_ms integer,
  error text
  ) strict;

CREATE TABLE content_conflicts(
  entry_id integer primary key references entries(id) on delete cascade,
  extension text not null,
  looks_like text not null
  ) strict, without rowid;

CREATE TABLE content_identities(
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
  , thumbhash blob, colour integer) strict;

CREATE TABLE departed(
  id integer primary key autoincrement,
  uuid blob not null,
  volume_id integer not null references volumes(id) on delete cascade,
  kind integer not null,
  inode any not null,
  birthtime integer,
  parent_id integer,
  name any not null,
  lent integer not null default 0
  ) strict;

CREATE TABLE devices(
  id integer primary key,
  uuid blob not null unique,
  name text not null,
  slug text not null unique,
  details text not null,
  created_at integer not null,
  last_seen_at integer not null
  ) strict;

CREATE TABLE directories(
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
  ) strict;

CREATE TABLE document_media(
  content_id integer primary key references content_identities(id) on delete cascade,
  title text, author text, subject text, description text, keywords text,
  pages integer, slides integer, sheets integer,
  program text, created_at text, modified_at text
  ) strict;

CREATE TABLE entries(
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
  ) strict;

CREATE TABLE extensions(id integer primary key, ext text not null unique) strict;

CREATE TABLE image_media(
  content_id integer primary key references content_identities(id) on delete cascade,
  width integer, height integer, taken_at text, taken_offset_minutes integer,
  latitude real, longitude real, altitude real,
  camera_make text, camera_model text, lens_model text,
  focal_length real, aperture real, shutter_speed real, iso integer,
  orientation integer, color_space text, bit_depth integer,
  artist text, copyright text, description text
  , color_profile text, keywords text, rating integer) strict;

CREATE TABLE library_identity(id integer primary key check (id = 1), manifest text not null) strict;

CREATE TABLE locations(
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
  , sidecar_policy text) strict;

CREATE TABLE row_ids(
  table_name text primary key,
  next integer not null
  ) strict, without rowid;

CREATE TABLE searched_sidecars(
  sidecar_id integer primary key,
  kind integer not null,
  checksum blob,
  indexed blob
  ) strict;

CREATE TABLE sidecar_changes(
  seq integer primary key autoincrement,
  content_id integer not null,
  kind integer not null,
  variant text not null,
  format text not null
  ) strict;

CREATE TABLE sidecar_conversions(
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
  ) strict;

CREATE TABLE sidecars(
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
  ) strict;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE stale_contents(
  entry_id integer primary key references entries(id) on delete cascade,
  content_id integer not null references content_identities(id)
  ) strict;

CREATE VIRTUAL TABLE texts using fts5(
  text, content = '', contentless_delete = 1, prefix = '2 3 4',
  tokenize = "unicode61 remove_diacritics 2 categories 'L* M* N* Co'"
  );

CREATE TABLE 'texts_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'texts_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'texts_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'texts_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE vector_codes(id integer primary key, code blob not null) strict;

CREATE TABLE vectors(
  id integer primary key autoincrement,
  sidecar_id integer not null unique,
  model text not null,
  dimensions integer not null,
  names integer not null,
  sketches blob not null
  ) strict;

CREATE TABLE video_media(
  content_id integer primary key references content_identities(id) on delete cascade,
  width integer, height integer, rotation integer, duration_ms integer, bit_rate integer,
  codec text, pixel_format text,
  color_space text, color_range text, color_primaries text, color_transfer text,
  fps_num integer, fps_den integer,
  audio_codec text, audio_channels integer, audio_sample_rate integer, audio_bit_rate integer,
  title text, artist text, album text,
  creation_time text, taken_at text, taken_offset_minutes integer
  , latitude real, longitude real, altitude real, camera_make text, camera_model text, lens_model text, keywords text, rating integer) strict;

CREATE TABLE volumes(
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
  ) strict;

CREATE TABLE xmp_documents(
  content_id integer primary key references content_identities(id) on delete cascade,
  facts text,
  error text
  ) strict;

CREATE INDEX captures_identifier on captures(identifier) where identifier is not null;

CREATE UNIQUE INDEX departed_file on departed(uuid, volume_id, inode, kind, coalesce(birthtime, -1));

CREATE INDEX departed_object on departed(inode);

CREATE UNIQUE INDEX directories_path on directories(volume_id, path);

CREATE INDEX entries_content on entries(content_id) where content_id is not null;

CREATE UNIQUE INDEX entries_parent on entries(parent_id, sort_key);

CREATE INDEX entries_unread on entries(parent_id) where content_state = 2;

CREATE UNIQUE INDEX entries_uuid on entries(uuid);

CREATE INDEX entries_video on entries(parent_id) where type = 2;

CREATE INDEX entries_xmp on entries(parent_id) where name glob '*.[xX][mM][pP]';

CREATE INDEX searched_sidecars_waiting on searched_sidecars(kind, sidecar_id)
  where checksum is not null and indexed is not checksum;

CREATE INDEX sidecar_conversions_content on sidecar_conversions(content_id);

CREATE INDEX sidecar_conversions_open on sidecar_conversions(state) where state in (0, 1, 3);

CREATE INDEX sidecars_companions on sidecars(kind, content_id) where kind in (7, 8);

CREATE UNIQUE INDEX sidecars_key on sidecars(content_id, kind, variant, format);

CREATE INDEX sidecars_ready on sidecars(content_id, kind, variant) where state = 2;

CREATE INDEX sidecars_source on sidecars(source_entry_id) where source_entry_id is not null;

CREATE INDEX sidecars_unready on sidecars(state, kind) where state <> 2;

CREATE UNIQUE INDEX sidecars_uuid on sidecars(uuid) where uuid is not null;

CREATE INDEX vectors_model on vectors(model, dimensions);
