import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import { type RowStatement, withTuples } from '../../db/typed-rows.ts'
import { nameBytes, type RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import { pathAfter } from './entry-writer.ts'

export interface KnownDirectory {
  readonly id: number
  readonly name: RawName
  readonly inode: Inode
  /** In hexadecimal. Tens of thousands are in memory, and an array needs ten times as much as a text. */
  readonly fingerprint: string | null
  readonly childCount: number
  readonly scannedAt: number | null
  readonly mtime: number
  readonly mtimeNs: number
}

type Row = [
  id: number,
  parentId: number | null,
  name: RawName,
  inode: Inode,
  fingerprint: string | null,
  childCount: number,
  scannedAt: number | null,
  mtime: number,
  mtimeNs: number,
]

const COLUMNS = `d.id, e.parent_id, e.name, e.inode, nullif(hex(d.fingerprint), ''), d.child_count, d.scanned_at, e.mtime, e.mtime_ns
  from directories d join entries e on e.id = d.id`

/** The indexed folders of a volume, looked up by parent or path in the order in which a scan finds them. */
export class KnownDirectories {
  readonly #volumeId: number
  readonly #byPath: StatementSync
  readonly #below: RowStatement<Row>
  readonly #inside: RowStatement<Row>
  readonly #one: RowStatement<Row>
  /** The folders that `load` read, by parent. Each list is returned once. */
  readonly #loaded = new Map<number, KnownDirectory[]>()

  constructor(db: DatabaseSync, volumeId: number) {
    this.#volumeId = volumeId
    this.#byPath = db.prepare('select id from directories where volume_id = ? and path = ?')
    this.#below = withTuples<Row>(
      db.prepare(`select ${COLUMNS} where d.volume_id = ? and d.path >= ? and d.path < ? order by d.id`),
    )
    this.#inside = withTuples<Row>(db.prepare(`select ${COLUMNS} where e.parent_id = ? and e.kind = 1 order by d.id`))
    this.#one = withTuples<Row>(db.prepare(`select ${COLUMNS} where d.id = ?`))
  }

  /** Reads all folders below `path` in one query. */
  load(path: RawName): void {
    const from = nameBytes(path)
    for (const row of this.#below.all(this.#volumeId, from, pathAfter(from))) {
      const parentId = row[1]
      if (parentId === null) continue
      const siblings = this.#loaded.get(parentId)
      if (siblings) siblings.push(toDirectory(row))
      else this.#loaded.set(parentId, [toDirectory(row)])
    }
  }

  /** The folders directly in a folder. With `isFresh` they are read now; otherwise they are those that `load` read. */
  children(parentId: number, { isFresh }: { isFresh: boolean }): readonly KnownDirectory[] {
    const loaded = this.#loaded.get(parentId)
    this.#loaded.delete(parentId)
    if (!isFresh) return loaded ?? []
    return this.#inside.all(parentId).map(toDirectory)
  }

  /** The current state of a folder. */
  one(id: number): KnownDirectory | null {
    const row = this.#one.get(id)
    return row ? toDirectory(row) : null
  }

  /** The id of the folder at a path of the volume. */
  at(path: RawName): number | null {
    const row = this.#byPath.get(this.#volumeId, nameBytes(path))
    return row ? Number(row['id']) : null
  }
}

function toDirectory([id, , name, inode, fingerprint, childCount, scannedAt, mtime, mtimeNs]: Row): KnownDirectory {
  return { id, name, inode, fingerprint, childCount, scannedAt, mtime, mtimeNs }
}
