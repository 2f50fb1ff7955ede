import type { DatabaseSync } from '../../db/sqlite.ts'
import { mendReferences } from '../../store/mend-references.ts'
import { bytesToName, displayName, nameBytes, type RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import { departedKey } from './departed.ts'
import type { EntryWriter } from './entry-writer.ts'
import { DIRECTORY } from './listing.ts'
import { describeSums, findWrongSums, mendSums } from './wrong-sums.ts'

/** A rule of the index that some rows break. */
export interface BrokenRule {
  readonly check: 'tree' | 'sums'
  readonly detail: string
}

/** The result of a repair. */
export interface Mended {
  /** Rows removed because no folder contains them. The next scan adds the files that exist, under the same ids. */
  readonly removed: number
  /** Rows that referred to rows that do not exist. */
  readonly references: number
  /** Folders whose path did not match their parent's path and their name. */
  readonly paths: number
  /** Folders whose sums did not match their contents. */
  readonly sums: number
}

/** Folders whose sums are corrected by one statement. */
const SUMS_AT_ONCE = 1_000

/**
 * Looks for rows that break a rule of the tree: parents, kinds, paths, cycles and sums. Returns at most `limit` of
 * them.
 */
export function findBrokenRules(db: DatabaseSync, limit: number): BrokenRule[] {
  const tree = readTree(db)
  const broken: BrokenRule[] = []
  const add = (check: BrokenRule['check'], detail: string) =>
    void (broken.length < limit && broken.push({ check, detail }))
  for (const { id, reason } of lostLeaves(db)) add('tree', `entry ${id} ${reason}`)
  for (const folder of tree.lost)
    add('tree', `folder ${folder.id}, ${shown(folder.path)}, cannot be reached from any root`)
  for (const { folder, path } of tree.misplaced)
    add('tree', `folder ${folder.id} has the path ${shown(folder.path)} and lies at ${shown(path)}`)
  for (const { path, said, counted } of findWrongSums(db, limit))
    add('sums', `folder ${path} says it holds ${describeSums(said)} but holds ${describeSums(counted)}`)
  return broken
}

/**
 * Repairs everything that `findBrokenRules` finds, within the caller's transaction. The ids of removed rows are kept by
 * file, so the scan that finds a file again gives its id back. Repaired folders lose their fingerprints, so the next
 * scan reads them.
 */
export function mendRules(db: DatabaseSync, writer: EntryWriter): Mended {
  let removed = 0
  let detached = 0
  const unvouch = db.prepare('update directories set fingerprint = null where id = ?')
  // Other rows may still refer to a removed row, so references are checked only at the commit.
  db.exec('pragma defer_foreign_keys = on')
  const depart = db.prepare(
    `insert or replace into departed(uuid, volume_id, kind, inode, birthtime, parent_id, name)
     select uuid, ?, kind, inode, birthtime, parent_id, name from entries where id = ? and (kind = ${DIRECTORY} or nlink = 1)
     returning inode`,
  )
  const detach = db.prepare('update entries set parent_id = null where id = ? and parent_id is not null')
  const anyVolume = db.prepare('select min(volume_id) as id from directories').get()!['id'] as number | null
  const drop = (id: number, volumeId: number | null) => {
    const departed = volumeId === null ? undefined : depart.get(volumeId, id)
    if (departed) writer.departed.add(departedKey(volumeId!, departed['inode'] as Inode))
    writer.drop(id)
    removed++
  }
  // Removing a folder's row orphans the rows inside it. Repeat until no orphan is left.
  for (;;) {
    const tree = readTree(db)
    const leaves = lostLeaves(db)
    const before = removed + detached
    for (const { id, volumeId } of leaves) drop(id, volumeId ?? anyVolume)
    // The root of a location stays, with everything below it.
    for (const { id } of tree.lost) if (tree.isRoot(id)) detached += Number(detach.run(id).changes)
    for (const folder of tree.lost) if (!tree.isRoot(folder.id)) drop(folder.id, folder.volumeId)
    if (removed + detached === before) break
  }
  const references = mendReferences(db)
  const { misplaced } = readTree(db)
  const setPath = db.prepare('update directories set path = ?, fingerprint = null where id = ?')
  // Two folders may have swapped paths, so all get a temporary path first. It is unique because no name contains a NUL.
  for (const { folder } of misplaced) setPath.run(Buffer.from(`\0${folder.id}/`), folder.id)
  for (const { folder, path } of misplaced) {
    setPath.run(path, folder.id)
    if (folder.parentId !== null) unvouch.run(folder.parentId)
  }
  writer.forgetRows()
  let sums = 0
  for (let some = mendSums(db, writer, SUMS_AT_ONCE); some > 0; some = mendSums(db, writer, SUMS_AT_ONCE)) {
    writer.flushSums()
    sums += some
  }
  return { removed: removed + detached, references, paths: misplaced.length, sums }
}

interface Folder {
  readonly id: number
  readonly parentId: number | null
  readonly volumeId: number
  readonly name: RawName
  readonly path: Uint8Array
}

interface Tree {
  /** Folders that cannot be reached from a root, or whose path another folder has. */
  readonly lost: readonly Folder[]
  readonly misplaced: readonly { folder: Folder; path: Uint8Array }[]
  isRoot(id: number): boolean
}

/** Reads the tree of folders, from the roots downwards. */
function readTree(db: DatabaseSync): Tree {
  const locations = db.prepare('select directory_id from locations').all()
  const roots = new Set(locations.map((row) => Number(row['directory_id'])))
  const rows = db
    .prepare(
      `select d.id, e.parent_id, d.volume_id, e.name, d.path from directories d
       join entries e on e.id = d.id where e.kind = ${DIRECTORY}`,
    )
    .all()
  const folders = rows.map((row): Folder => ({
    id: Number(row['id']),
    parentId: row['parent_id'] === null ? null : Number(row['parent_id']),
    volumeId: Number(row['volume_id']),
    name: row['name'] as RawName,
    path: row['path'] as Uint8Array,
  }))
  const inside = Map.groupBy(folders, ({ parentId }) => parentId)
  const misplaced: { folder: Folder; path: Uint8Array }[] = []
  const reached = new Set<number>()
  const takenBy = new Map<string, number>()
  const waiting: { folder: Folder; path: Uint8Array }[] = []
  const reach = (folder: Folder, path: Uint8Array) => {
    const key = `${folder.volumeId}:${Buffer.from(path).toString('latin1')}`
    // If a location's root and another row have the same path, the location's row stays.
    if (takenBy.has(key)) return
    takenBy.set(key, folder.id)
    reached.add(folder.id)
    if (!Buffer.from(folder.path).equals(path)) misplaced.push({ folder, path })
    waiting.push({ folder, path })
  }
  for (const folder of inside.get(null) ?? []) if (folder.path[0] !== 0) reach(folder, folder.path)
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    for (const child of inside.get(next.folder.id) ?? []) {
      if (child.volumeId === next.folder.volumeId)
        reach(child, Buffer.concat([next.path, nameBytes(child.name), SLASH]))
    }
  }
  return {
    lost: folders.filter(({ id }) => !reached.has(id)),
    misplaced,
    isRoot: (id) => roots.has(id),
  }
}

/** Entries without a parent folder, and directory rows without a folder entry or the reverse. */
function lostLeaves(db: DatabaseSync): { id: number; volumeId: number | null; reason: string }[] {
  const inNone = db
    .prepare(
      `select e.id from entries e left join directories d on d.id = e.parent_id left join entries p on p.id = e.parent_id
       where e.kind <> ${DIRECTORY} and (e.parent_id is null or d.id is null or p.id is null or p.kind <> ${DIRECTORY})`,
    )
    .all()
  const noDirectory = db
    .prepare(
      `select e.id from entries e left join directories d on d.id = e.id where e.kind = ${DIRECTORY} and d.id is null`,
    )
    .all()
  const noFolder = db
    .prepare(
      `select d.id, d.volume_id from directories d left join entries e on e.id = d.id
       where e.id is null or e.kind <> ${DIRECTORY}`,
    )
    .all()
  return [
    ...inNone.map((row) => ({ id: Number(row['id']), volumeId: null, reason: 'lies in no folder' })),
    ...noDirectory.map((row) => ({ id: Number(row['id']), volumeId: null, reason: 'is a folder without a path' })),
    ...noFolder.map((row) => ({
      id: Number(row['id']),
      volumeId: Number(row['volume_id']),
      reason: 'has a path and is no folder',
    })),
  ]
}

function shown(path: Uint8Array): string {
  return JSON.stringify(displayName(bytesToName(path)))
}

const SLASH = Buffer.from('/')
