import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import { withRows } from '../../db/typed-rows.ts'
import type { RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import { FILE } from './listing.ts'
import type { EntryRow, RemovedRow } from './touched.ts'

export type Statements = ReturnType<typeof prepareStatements>

/** The columns of a folder's row that a listing is checked against. */
export interface FolderRow {
  readonly parent_id: number | null
  readonly volume_id: number
  readonly path: Uint8Array
  readonly name: RawName
  readonly inode: Inode
  readonly birthtime: number | null
}

/** Values of `entries.content_state`. */
export const PENDING = 0
const FAILED = 2
export const SKIPPED = 3

/** A type that was found in the content with at least this confidence, in percent, overrides the type of the name. */
export const SURE = 85

export const ROW_COLUMNS =
  'id, parent_id, name, kind, size, allocated, mtime, mtime_ns, ctime, birthtime, inode, nlink, mode, content_id'

/** Prepares every statement of the entry writer, typed by the rows that it returns. */
export function prepareStatements(db: DatabaseSync) {
  const prepared = Object.entries(SQL).map(([name, sql]) => [name, db.prepare(sql)])
  const statements = Object.fromEntries(prepared) as Record<keyof typeof SQL, StatementSync>
  return {
    ...statements,
    row: withRows<EntryRow>(statements.row),
    rows: withRows<EntryRow>(statements.rows),
    rowByKey: withRows<EntryRow>(statements.rowByKey),
    folder: withRows<FolderRow>(statements.folder),
    leaves: withRows<Pick<EntryRow, 'id' | 'parent_id' | 'kind' | 'size'>>(statements.leaves),
    children: withRows<{ id: number; kind: number }>(statements.children),
    delete: withRows<Omit<RemovedRow, 'parentId'>>(statements.delete),
  }
}

const GROWN = `file_count = file_count + ?, dir_count = dir_count + ?, symlink_count = symlink_count + ?,
               other_count = other_count + ?, total_size = total_size + ?`

const SQL = {
  insert: `insert into entries(id, uuid, parent_id, name, sort_key, kind, type, ext_id, size, allocated, mtime, mtime_ns,
             ctime, birthtime, inode, nlink, mode, content_state) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  nextId: `select max(coalesce((select max(id) + 1 from entries), 1),
             coalesce((select next from row_ids where table_name = 'entries'), 1)) as id`,
  insertDirectory: 'insert into directories(id, volume_id, path) values(?, ?, ?)',
  update: `update entries set kind = ?, size = ?, allocated = ?, mtime = ?, mtime_ns = ?, ctime = ?, birthtime = ?,
             inode = ?, nlink = ?, mode = ? where id = ?`,
  retype: 'update entries set type = ?, ext_id = ?, content_state = ? where id = ?',
  // A type that was determined from the content stays. The file is identified again if its extension changed, because
  // the content may now conflict with the name, or no longer do so.
  place: `update entries set parent_id = ?, name = ?, sort_key = ?, ext_id = ?,
            type = coalesce((select c.type from content_identities c where c.id = entries.content_id and c.confidence >= ${SURE}), ?),
            content_state =
              case when content_state = ${FAILED} or (kind = ${FILE} and ext_id is not ?) then ${PENDING} else content_state end
          where id = ?`,
  putAside: 'update entries set sort_key = ? where id = ?',
  reparent: 'update entries set parent_id = ? where id = ?',
  movePaths: `update directories set path = cast(? || substr(path, ?) as blob)
              where volume_id = ? and path >= ? and path < ?`,
  retryBelow: `update entries indexed by entries_unread set content_state = ${PENDING}
               where content_state = ${FAILED} and parent_id in
                 (select id from directories where volume_id = ? and path >= ? and path < ?)
               returning id`,
  suspect: 'update entries set content_id = null, content_state = 0 where id = ?',
  noContent: 'update entries set content_id = null where id = ?',
  noStale: 'delete from stale_contents where entry_id = ?',
  noConflict: 'delete from content_conflicts where entry_id = ?',
  keepStale: 'insert into stale_contents(entry_id, content_id) values(?, ?) on conflict do nothing',
  delete: 'delete from entries where id = ? returning id, uuid, name, kind, inode, birthtime, nlink',
  deleteDirectory: 'delete from directories where id = ?',
  directory: 'select volume_id, path from directories where id = ?',
  children: 'select id, kind from entries where parent_id = ?',
  first: 'select id, kind from entries where parent_id = ? order by sort_key limit 1',
  leaves: 'select id, parent_id, kind, size from entries where parent_id = ? and kind <> 1',
  uuid: 'select uuid from entries where id = ?',
  child: 'select 1 from entries where parent_id = ?',
  setUuid: 'update entries set uuid = ? where id = ?',
  unvouch: 'update directories set fingerprint = null where id = ? and fingerprint is not null',
  folder: `select e.parent_id, d.volume_id, d.path, e.name, e.inode, e.birthtime
           from directories d join entries e on e.id = d.id where d.id = ?`,
  count: `select count(*) as child_count,
            coalesce(sum(e.kind = 0), 0) + coalesce(sum(c.file_count), 0) as file_count,
            coalesce(sum(e.kind = 1), 0) + coalesce(sum(c.dir_count), 0) as dir_count,
            coalesce(sum(e.kind = 2), 0) + coalesce(sum(c.symlink_count), 0) as symlink_count,
            coalesce(sum(e.kind = 3), 0) + coalesce(sum(c.other_count), 0) as other_count,
            coalesce(sum(case when e.kind = 0 then e.size else 0 end), 0) + coalesce(sum(c.total_size), 0) as total_size
          from entries e left join directories c on c.id = e.id where e.parent_id = ?`,
  rows: `select ${ROW_COLUMNS} from entries where parent_id = ?`,
  rowByKey: `select ${ROW_COLUMNS} from entries where parent_id = ? and sort_key = ?`,
  row: `select ${ROW_COLUMNS} from entries where id = ?`,
  parent: 'select parent_id from entries where id = ?',
  scanned: 'update directories set fingerprint = ?, scanned_at = ?, error = ? where id = ?',
  addSums: `update directories set child_count = child_count + ?, ${GROWN} where id = ?`,
  // `child_count` is not in this statement, so no trigger on that column runs.
  addSumsBelow: `update directories set ${GROWN} where id = ?`,
  recorded: `update directories set child_count = child_count + ?, ${GROWN}, fingerprint = ?, scanned_at = ?, error = ?
             where id = ?`,
  sums: `select child_count, file_count, dir_count, symlink_count, other_count, total_size from directories where id = ?`,
  insertExtension: 'insert into extensions(ext) values(?) on conflict do nothing',
  extension: 'select id from extensions where ext = ?',
} as const
