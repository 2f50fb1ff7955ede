import type { EntryId } from '../domain/index.ts'
import type { EntryReader } from '../entries/index.ts'
import type { EventData, EventType } from '../events/index.ts'
import type { LocationMap, LocationRecords } from '../location/index.ts'
import type { ChangeSet, LibraryStore } from '../store/index.ts'
import { bytesToName, displayName, joinName, type RawName } from '../util/file-name.ts'
import { blobToUuid } from '../util/uuid.ts'

/** If a transaction changes more entries than this, a change of the tree is announced instead. */
const MAX_ANNOUNCED_ENTRIES = 200
const SLASH = 0x2f

export interface AnnounceEntriesDeps {
  readonly store: LibraryStore
  readonly reader: EntryReader
  readonly records: LocationRecords
  readonly emit: <T extends EventType>(type: T, data: EventData<T>) => void
}

interface FolderChanges {
  readonly created: string[]
  readonly modified: string[]
  readonly deleted: string[]
}

/** Emits events about changed entries: one for each folder or, if there are many, one for each location. */
export function announceEntries(deps: AnnounceEntriesDeps): Disposable {
  return deps.store.changes.subscribe((changes) => {
    const { changed, created, deleted } = changes.entries
    const count = changed.length + created.length + deleted.length
    if (count > MAX_ANNOUNCED_ENTRIES) announceTrees(deps)
    else if (count > 0) {
      announceMoves(deps, changes)
      announceFolders(deps, changes)
    }
  })
}

function announceTrees({ emit, records }: AnnounceEntriesDeps): void {
  for (const { id, path } of records.map.all()) emit('tree.changed', { locationId: id, path: displayName(path) })
}

function announceMoves({ emit, reader, records, store }: AnnounceEntriesDeps, { entries }: ChangeSet): void {
  if (entries.moved.length === 0) return
  const row = store.connection.prepare(
    `select e.uuid, e.name, e.parent_id, d.volume_id from entries e join directories d on d.id = e.parent_id
     where e.id = ?`,
  )
  for (const { from, id } of entries.moved) {
    const now = row.get(id)
    const folder = now && reader.folder(Number(now['parent_id']))
    // An entry moves only within its volume.
    const before = folder && absoluteOf(records.map, Number(now['volume_id']), from)
    if (!before) continue
    const to = displayName(joinName(folder.dir, now['name'] as RawName))
    emit('entry.moved', { entryId: blobToUuid(now['uuid'] as Uint8Array) as EntryId, from: displayName(before), to })
  }
}

/** The absolute path of an entry; null if no location contains its folder. */
function absoluteOf(locations: LocationMap, volumeId: number, path: Uint8Array): RawName | null {
  const at = path.lastIndexOf(SLASH) + 1
  const folder = locations.absolute(volumeId, path.subarray(0, at))
  return folder && joinName(folder.dir, bytesToName(path.subarray(at)))
}

function announceFolders({ emit, reader, store }: AnnounceEntriesDeps, changes: ChangeSet): void {
  const folders = new Map<number, FolderChanges>()
  const folder = (id: number) => {
    const known = folders.get(id)
    if (known) return known
    const made: FolderChanges = { created: [], modified: [], deleted: [] }
    folders.set(id, made)
    return made
  }
  const { changed, created } = changes.entries
  const isNew = new Set(created)
  const rows = store.connection
    .prepare('select id, uuid, parent_id from entries where id in (select value from json_each(?))')
    .all(JSON.stringify([...created, ...changed]))
  for (const row of rows) {
    const of = folder(Number(row['parent_id'] ?? 0))
    const ids = isNew.has(Number(row['id'])) ? of.created : of.modified
    ids.push(blobToUuid(row['uuid'] as Uint8Array))
  }
  for (const { before, uuid } of changes.rows('entries'))
    folder(Number(before?.['parent_id'] ?? 0)).deleted.push(blobToUuid(uuid!))
  for (const [directoryId, ids] of folders) {
    const place = reader.folder(directoryId)
    if (!place) continue
    const data = { locationId: place.location.id, path: displayName(place.dir), ...ids }
    emit('entries.changed', data as EventData<'entries.changed'>)
  }
}
