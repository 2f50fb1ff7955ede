import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { bytesToName, nameBytes, type RawName } from '../../util/file-name.ts'
import { type EntryRow, type FoundEntry, pathAfter } from './entry-writer.ts'
import { birthtimeOf } from './listing.ts'
import { objectKey } from './reconcile.ts'

export interface KnownDirectory {
  readonly id: number
  readonly name: RawName
  /** In hexadecimal: tens of thousands are held, and an array costs ten times a text. */
  readonly fingerprint: string | null
  readonly scannedAt: number | null
  /** NaN for one that was moved: its times say nothing of what it holds here. */
  readonly mtime: number
  readonly mtimeNs: number
}

const HEX_FINGERPRINT = "nullif(hex(d.fingerprint), '') as fingerprint"

type Row = [
  id: number,
  parentId: number | null,
  name: RawName,
  fingerprint: string | null,
  scannedAt: number | null,
  mtime: number,
  mtimeNs: number,
]

/** The folders of a volume that the index knows, as a scan comes upon them: by their parent, path or file object. */
export class KnownDirectories {
  readonly #db: DatabaseSync
  readonly #volumeId: number
  readonly #firstNewId: number
  readonly #byPath: StatementSync
  readonly #byParent = new Map<number, KnownDirectory[]>()
  #byObject: Map<number | string, { id: number; path: RawName }> | null = null

  /** `firstNewId`: folders with this row id or a higher one were added by the scan itself. */
  constructor(db: DatabaseSync, { volumeId, firstNewId }: { volumeId: number; firstNewId: number }) {
    this.#db = db
    this.#volumeId = volumeId
    this.#firstNewId = firstNewId
    this.#byPath = db.prepare('select id from directories where volume_id = ? and path = ?')
  }

  /** Reads the folder at `path` and those below it, by id; each is then found below its parent, but for `topId`. */
  load(path: RawName, topId: number): Map<number, KnownDirectory> {
    const from = nameBytes(path)
    const statement = this.#db.prepare(
      `select d.id, e.parent_id, e.name, ${HEX_FINGERPRINT}, d.scanned_at, e.mtime, e.mtime_ns
       from directories d join entries e on e.id = d.id
       where d.volume_id = ? and d.path >= ? and d.path < ?`,
    )
    statement.setReturnArrays(true)
    const rows = statement.all(this.#volumeId, from, pathAfter(from)) as unknown as Row[]
    const loaded = new Map<number, KnownDirectory>()
    for (const [id, , name, fingerprint, scannedAt, mtime, mtimeNs] of rows)
      loaded.set(id, { id, name, fingerprint, scannedAt, mtime, mtimeNs })
    for (const id of loaded.keys()) this.#byParent.delete(id)
    for (const [id, parentId] of rows) {
      if (id === topId || parentId === null) continue
      const siblings = this.#byParent.get(parentId)
      if (siblings) siblings.push(loaded.get(id)!)
      else this.#byParent.set(parentId, [loaded.get(id)!])
    }
    return loaded
  }

  /** The folders directly in a folder, handed out once. */
  takeChildren(parentId: number): readonly KnownDirectory[] {
    const children = this.#byParent.get(parentId) ?? []
    this.#byParent.delete(parentId)
    return children
  }

  /** A folder under the name it was found by. */
  found(id: number, name: RawName): KnownDirectory {
    const row = this.#db.prepare(`select ${HEX_FINGERPRINT}, scanned_at from directories d where id = ?`).get(id)!
    const scannedAt = row['scanned_at'] === null ? null : Number(row['scanned_at'])
    return { id, name, fingerprint: row['fingerprint'] as string | null, scannedAt, mtime: Number.NaN, mtimeNs: 0 }
  }

  /** The id of the folder at a path of the volume. */
  at(path: RawName): number | null {
    const row = this.#byPath.get(this.#volumeId, nameBytes(path))
    return row ? Number(row['id']) : null
  }

  /** The folder the index knew as this one when the scan first asked, and the path it is known under. */
  sameObject(found: FoundEntry): { readonly id: number; readonly path: RawName } | undefined {
    this.#byObject ??= this.#readObjects()
    return this.#byObject.size === 0 ? undefined : this.#byObject.get(objectKey(found.inode, birthtimeOf(found)))
  }

  /** A folder is known under another path from now on. */
  moved(found: FoundEntry, path: RawName): void {
    const known = this.#byObject?.get(objectKey(found.inode, birthtimeOf(found)))
    if (known) known.path = path
  }

  /** A row that kept its name stands for another folder from now on: the one it stood for is not known any more. */
  replaced({ id, inode, birthtime }: Pick<EntryRow, 'id' | 'inode' | 'birthtime'>): void {
    const key = objectKey(inode, birthtime)
    if (this.#byObject?.get(key)?.id === id) this.#byObject?.delete(key)
  }

  #readObjects(): Map<number | string, { id: number; path: RawName }> {
    const rows = this.#db
      .prepare(
        `select d.id, d.path, e.inode, e.birthtime from directories d join entries e on e.id = d.id
         where d.volume_id = ? and d.scanned_at is not null and d.id < ?`,
      )
      .all(this.#volumeId, this.#firstNewId)
    return new Map(
      rows.map((row) => [
        objectKey(row['inode'] as number | Uint8Array, row['birthtime'] as number | null),
        { id: Number(row['id']), path: bytesToName(row['path'] as Uint8Array) },
      ]),
    )
  }
}
