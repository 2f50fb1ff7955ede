/**
 * The tables whose rows the change feed reports, each with the query for the uuid by which other devices know a row. A
 * row without a uuid of its own uses the uuid of the content or the entry that it describes.
 *
 * Entries are reported by row id, because a first index adds a million of them; their folders' sums are not reported.
 * All other tables are derived from these or from the disk, and can be made again: extensions, stale contents, departed
 * files, texts, vectors, and the journal of sidecars.
 */
export const trackedTables = {
  audio_media: { key: 'content_id', uuid: 'select uuid from content_identities where id = ?' },
  captures: { key: 'content_id', uuid: 'select uuid from content_identities where id = ?' },
  content_conflicts: { key: 'entry_id', uuid: 'select uuid from entries where id = ?' },
  content_identities: { key: 'id', uuid: 'select uuid from content_identities where id = ?' },
  devices: { key: 'id', uuid: 'select uuid from devices where id = ?' },
  document_media: { key: 'content_id', uuid: 'select uuid from content_identities where id = ?' },
  image_media: { key: 'content_id', uuid: 'select uuid from content_identities where id = ?' },
  library_identity: { key: 'id', uuid: null },
  locations: { key: 'id', uuid: 'select uuid from locations where id = ?' },
  sidecar_conversions: {
    key: 'id',
    uuid: `select c.uuid from sidecar_conversions s join content_identities c on c.id = s.content_id where s.id = ?`,
  },
  sidecars: {
    key: 'id',
    // A sidecar gets its own uuid when its file exists.
    uuid: `select coalesce(s.uuid, c.uuid) as uuid from sidecars s join content_identities c on c.id = s.content_id
           where s.id = ?`,
  },
  video_media: { key: 'content_id', uuid: 'select uuid from content_identities where id = ?' },
  volumes: { key: 'id', uuid: 'select uuid from volumes where id = ?' },
  xmp_documents: { key: 'content_id', uuid: 'select uuid from content_identities where id = ?' },
} as const

export type TrackedTable = keyof typeof trackedTables

export const trackedTableNames = Object.keys(trackedTables) as TrackedTable[]
