import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import { departedKey, DIRECTORY, type EntryRow, type EntryWriter, type FoundEntry } from './entry-writer.ts'
import { birthtimeOf, CTIME, KIND, NLINK } from './listing.ts'

/** A row that stands for the same file or folder as an entry on the disk. */
export interface SameObject {
  readonly id: number
  readonly kind: number
  /** The folder that contains it; null for a root without a parent. */
  readonly parentId: number | null
  readonly name: RawName
  /** The path of that folder in the volume; for a root without a parent, the path of the row itself. */
  readonly folderPath: Uint8Array
}

/** One of several rows that stand for a file. */
interface KnownRow {
  readonly id: number
  readonly parentId: number | null
  readonly uuid: Uint8Array
}

/** The facts by which a file system identifies a file, from a row or a listing. */
interface ObjectFacts {
  readonly kind: number
  readonly inode: Inode
  readonly birthtime: number | null
  readonly nlink: number
}

/** Tolerance for clocks that disagree: a file's rename may appear this much older than the recording of its folder. */
const CLOCK_MARGIN_MS = 60_000

/**
 * Finds the files and folders of one volume by inode and birth time, independently of their names. A moved file is
 * found here and keeps its row. The ids of removed rows are remembered too: if a scan reads a file's old place first,
 * the file gets its id back at its new place.
 */
export class KnownObjects {
  readonly #db: DatabaseSync
  readonly #volumeId: number
  /** The volume and inode of each file whose row was removed; shared by everything that works on the library. */
  readonly #departed: Set<string>
  /** A file whose ctime is later than this may have a row elsewhere; null if nothing has rows yet. */
  readonly #since: number | null
  readonly #depart: StatementSync
  readonly #return: StatementSync
  readonly #isDeparted: StatementSync
  readonly #wasHere: StatementSync
  readonly #isUsed: StatementSync
  readonly #lent: StatementSync
  #find: StatementSync | null = null
  #links: StatementSync | null = null

  constructor(writer: EntryWriter, volumeId: number) {
    const { db } = writer
    this.#db = db
    this.#departed = writer.departed
    this.#volumeId = volumeId
    const first = db.prepare('select min(scanned_at) as at from directories where volume_id = ?').get(volumeId)!['at']
    this.#since = first === null ? null : Number(first) - CLOCK_MARGIN_MS
    this.#depart = db.prepare(
      'insert or replace into departed(uuid, volume_id, kind, inode, birthtime, parent_id, name) values(?, ?, ?, ?, ?, ?, ?)',
    )
    this.#return = db.prepare(
      `delete from departed where volume_id = ? and inode = ? and kind = ? and birthtime is ? returning uuid`,
    )
    this.#isDeparted = db.prepare(
      'select uuid, parent_id from departed where volume_id = ? and inode = ? and kind = ? and birthtime is ?',
    )
    this.#wasHere = db.prepare(
      `select 1 from departed
       where volume_id = ? and inode = ? and kind = ? and birthtime is ? and parent_id = ? and name = ?`,
    )
    this.#isUsed = db.prepare('select id from entries where uuid = ?')
    this.#lent = db.prepare('select 1 from departed where uuid = (select uuid from entries where id = ?)')
  }

  /** Whether no folder of the volume has been read before; if so, no file can have a row yet. */
  get isEmpty(): boolean {
    return this.#since === null
  }

  /** Whether an entry on the disk may have a row elsewhere. A rename updates the ctime of the renamed file. */
  mayBeKnown({ numbers, at }: FoundEntry): boolean {
    if (this.#since === null) return false
    return numbers[at + KIND] === DIRECTORY || (numbers[at + NLINK] === 1 && numbers[at + CTIME]! >= this.#since)
  }

  /** The rows that stand for the same folder, or for the same file with a single name, as an entry on the disk. */
  of(found: FoundEntry): SameObject[] {
    const { numbers, at, inode } = found
    return this.#same({ kind: numbers[at + KIND]!, nlink: numbers[at + NLINK]!, inode, birthtime: birthtimeOf(found) })
  }

  /** Whether a file with several names has a row in another folder. */
  isLinkedFrom(found: FoundEntry, directoryId: number): boolean {
    const { numbers, at, inode } = found
    if (this.#since === null || numbers[at + NLINK] === 1 || numbers[at + KIND] === DIRECTORY) return false
    this.#links ??= this.#db.prepare(
      `select 1 from entries e join directories p on p.id = e.parent_id
       where e.inode = ? and e.kind = ? and e.birthtime is ? and e.parent_id <> ? and p.volume_id = ?`,
    )
    const row = this.#links.get(inode, numbers[at + KIND]!, birthtimeOf(found), directoryId, this.#volumeId)
    return row !== undefined
  }

  /** Other rows that stand for the same folder or file as a row. */
  others(row: ObjectFacts & { readonly id: number }): SameObject[] {
    return this.#since === null ? [] : this.#same(row).filter(({ id }) => id !== row.id)
  }

  /**
   * Remembers the id of a file whose row is removed or now stands for another file. Does nothing if another row stands
   * for the file and has an id of its own.
   */
  depart(row: ObjectFacts & Pick<EntryRow, 'id' | 'name' | 'parent_id'>, uuid: Uint8Array): void {
    const { kind, inode, birthtime, name, nlink, parent_id: parentId } = row
    if (kind !== DIRECTORY && nlink !== 1) return
    // If the other row only borrows its id from another file, that id may have to be given back.
    if (this.others(row).some(({ id }) => !this.#isLentTo(id))) return
    this.#departed.add(departedKey(this.#volumeId, inode))
    this.#depart.run(uuid, this.#volumeId, kind, inode, birthtime, parentId, name)
  }

  /**
   * Whether a file came from another place, where its row was removed or now stands for another file. If its row was
   * removed from this very folder, the file was only renamed. If it returns to the row `named`, it is not from
   * elsewhere.
   */
  hasDeparted(found: FoundEntry, { directoryId, named }: { directoryId: number; named: number | undefined }): boolean {
    if (!this.#mayHaveDeparted(found)) return false
    const { numbers, at, inode } = found
    const row = this.#isDeparted.get(this.#volumeId, inode, numbers[at + KIND]!, birthtimeOf(found))
    if (row === undefined) return false
    const holder = this.holderOf(row['uuid'] as Uint8Array)
    return holder === null ? row['parent_id'] !== directoryId : holder !== named
  }

  /**
   * The former id of a file whose row was removed or has since become the row of another file with the same name. Each
   * id is returned once. `holder`: the row that has the id now.
   */
  comeBack(found: FoundEntry): { uuid: Uint8Array; holder: number | null } | undefined {
    if (!this.#mayHaveDeparted(found)) return undefined
    const { numbers, at, inode } = found
    const uuid = this.#takeBack({ kind: numbers[at + KIND]!, inode, birthtime: birthtimeOf(found) })
    return uuid && { uuid, holder: this.holderOf(uuid) }
  }

  /** The former id of a file that returns to its name in a folder after another file had that name. Returned once. */
  cameBackTo(directoryId: number, found: FoundEntry): Uint8Array | undefined {
    if (!this.#mayHaveDeparted(found)) return undefined
    const { numbers, at, inode, name } = found
    const [kind, birthtime] = [numbers[at + KIND]!, birthtimeOf(found)]
    const hasBeen = this.#wasHere.get(this.#volumeId, inode, kind, birthtime, directoryId, name) !== undefined
    return hasBeen ? this.formerId({ kind, inode, birthtime }) : undefined
  }

  /** The id that the file of a row had before it took over another file's row. Returned once. */
  formerId(row: Omit<ObjectFacts, 'nlink'>): Uint8Array | undefined {
    if (!this.#departed.has(departedKey(this.#volumeId, row.inode))) return undefined
    const uuid = this.#takeBack(row)
    return uuid && this.holderOf(uuid) === null ? uuid : undefined
  }

  /**
   * A file that was seen at two places at once had one id at each. Ids grow with time, so the lowest is the known one.
   */
  #takeBack({ kind, inode, birthtime }: Omit<ObjectFacts, 'nlink'>): Uint8Array | undefined {
    const uuids = this.#return
      .all(this.#volumeId, inode, kind, birthtime)
      .map((row) => row['uuid'] as Uint8Array)
      .toSorted(Buffer.compare)
    return uuids[0]
  }

  /** The row that has a public id. */
  holderOf(uuid: Uint8Array): number | null {
    const row = this.#isUsed.get(uuid)
    return row ? Number(row['id']) : null
  }

  /**
   * Of two rows that stand for one file, whether `other` has the known id. In one folder the older id wins, because ids
   * grow with time and a saved file keeps its own. Otherwise the row wins whose id is not borrowed from another file.
   */
  isKnownBy(other: KnownRow, row: KnownRow): boolean {
    const isLent = this.#isLentTo(row.id)
    const isAlike = other.parentId === row.parentId || this.#isLentTo(other.id) === isLent
    return isAlike ? Buffer.compare(other.uuid, row.uuid) < 0 : isLent
  }

  /** Whether a row has the id of another file, which has been moved away. */
  #isLentTo(id: number): boolean {
    return this.#lent.get(id) !== undefined
  }

  #mayHaveDeparted({ inode }: FoundEntry): boolean {
    return this.#departed.size > 0 && this.#departed.has(departedKey(this.#volumeId, inode))
  }

  #same({ kind, inode, birthtime, nlink }: ObjectFacts): SameObject[] {
    if (kind !== DIRECTORY && nlink !== 1) return []
    this.#find ??= this.#db.prepare(
      `select e.id, e.kind, e.parent_id as parentId, e.name, coalesce(p.path, d.path) as folderPath
       from entries e left join directories p on p.id = e.parent_id left join directories d on d.id = e.id
       where e.inode = ? and e.kind = ? and e.birthtime is ? and coalesce(d.volume_id, p.volume_id) = ?`,
    )
    return this.#find.all(inode, kind, birthtime, this.#volumeId) as unknown as SameObject[]
  }
}

/**
 * The first scan runs without this index, which would slow it down by 10%. The index is created before the next scan.
 */
export const OBJECT_INDEX = 'create index if not exists entries_object on entries(inode)'

/** Whether the index for lookups by inode exists. */
export function hasObjectIndex(db: DatabaseSync): boolean {
  return db.prepare("select 1 from sqlite_schema where name = 'entries_object'").get() !== undefined
}
