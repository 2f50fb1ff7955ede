import { type ContentId, type Entry, type EntryId, sidecarKindByNumber, sidecarKindNumbers } from '../domain/index.ts'
import type { ReadDatabase, SQLOutputValue } from '../db/sqlite.ts'
import { displayName, type RawName } from '../util/file-name.ts'
import { hexToUuid } from '../util/uuid.ts'

const LIVE = sidecarKindNumbers['live-photo-video']
const XMP = sidecarKindNumbers.xmp

/** The relation of an entry to other entries. */
export type EntryMark = Pick<Entry, 'partOf' | 'livePhoto'>

/** Whether the library has any companions. Nearly always it has none, and no further query runs. */
const ANY = `select exists (select 1 from sidecars where kind in (${LIVE}, ${XMP})) as found`

const PART_OF = `select lower(hex(e.uuid)) as entry, lower(hex(c.uuid)) as content, s.kind,
    ifnull((select p.name from entries p where p.content_id = s.content_id and p.parent_id = e.parent_id limit 1),
           (select p.name from entries p where p.content_id = s.content_id limit 1)) as name
  from entries e cross join sidecars s on s.source_entry_id = e.id
  join content_identities c on c.id = s.content_id`
const LIVE_PHOTO = `select lower(hex(e.uuid)) as entry from entries e
  where e.content_id is not null
    and exists (select 1 from sidecars s where s.content_id = e.content_id and s.kind = ${LIVE} and s.state = 2)`

/**
 * Facts from the XMP files of a content: those that stay in the user's folders, and those that were moved into the
 * library.
 */
const DOCUMENTS = `select facts from (
  select x.facts, e.parent_id is ? as beside, s.variant
  from sidecars s join entries e on e.id = s.source_entry_id join xmp_documents x on x.content_id = e.content_id
  where s.content_id = ? and s.kind = ${XMP}
  union all
  select x.facts, 0, s.variant from sidecars s
  join sidecar_conversions v on v.content_id = s.content_id and v.kind = s.kind and v.checksum = s.checksum
  join xmp_documents x on x.content_id = v.source_content_id
  where s.content_id = ? and s.kind = ${XMP} and s.source_entry_id is null)
  where facts is not null order by beside desc, variant <> 'default', variant limit 1`

/** Marks of some entries, by id; most entries have none. */
export function marksOfAll(db: ReadDatabase, ids: readonly EntryId[]): ReadonlyMap<EntryId, EntryMark> {
  const wanted = JSON.stringify(ids.map((id) => id.replaceAll('-', '')))
  return marks(db, 'e.uuid in (select unhex(value) from json_each(?))', wanted)
}

/** Marks of one entry. */
export function marksOf(db: ReadDatabase, entryRowId: number): EntryMark {
  return marks(db, 'e.id = ?', entryRowId).values().next().value ?? {}
}

/** The facts from a content's XMP file: the one in the same folder, or else the default one; null if there is none. */
export function xmpFacts(
  db: ReadDatabase,
  contentRowId: number,
  folderId: number | null,
): Record<string, unknown> | null {
  const row = db.prepare(DOCUMENTS).get(folderId, contentRowId, contentRowId)
  return row ? (JSON.parse(String(row['facts'])) as Record<string, unknown>) : null
}

function marks(db: ReadDatabase, which: string, value: number | string): Map<EntryId, EntryMark> {
  const found = new Map<EntryId, EntryMark>()
  if (db.prepare(ANY).get()!['found'] === 0) return found
  const idOf = (row: Record<string, SQLOutputValue>) => hexToUuid(String(row['entry'])) as EntryId
  for (const row of db.prepare(`${LIVE_PHOTO} and ${which}`).iterate(value)) found.set(idOf(row), { livePhoto: true })
  for (const row of db.prepare(`${PART_OF} where ${which}`).iterate(value)) {
    const name = row['name'] as RawName | null
    const partOf = {
      contentId: hexToUuid(String(row['content'])) as ContentId,
      kind: sidecarKindByNumber[Number(row['kind'])]!,
      name: name === null ? null : displayName(name),
    }
    found.set(idOf(row), { partOf })
  }
  return found
}
