import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import { type RowStatement, withRows } from '../../db/typed-rows.ts'
import { nameKey, type RawName } from '../../util/file-name.ts'
import type { Inode } from '../../util/inode.ts'
import { departedKey, LENT, OWN, STAYED } from './departed.ts'
import type { EntryRow } from './touched.ts'
import type { EntryWriter, FoundEntry } from './entry-writer.ts'
import { birthtimeOf, CTIME, KIND, NLINK, DIRECTORY } from './listing.ts'

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

type DepartingRow = ObjectFacts & Pick<EntryRow, 'id' | 'name' | 'parent_id'>

interface FormerId {
  readonly uuid: Uint8Array
  /** The parent and the name of the row that had the id. The parent is null for a root without a parent. */
  readonly parentId: number | null
  readonly name: RawName
  /** The row that has the id now. */
  readonly holder: number | null
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
  readonly #hasStableInodes: boolean
  /** The volume and inode of each file whose row was removed; shared by everything that works on the library. */
  readonly #departed: Set<string>
  /** A file whose ctime is later than this may have a row elsewhere; null if nothing has rows yet. */
  readonly #since: number | null
  readonly #depart: StatementSync
  readonly #forget: StatementSync
  readonly #idsOf: RowStatement<FormerId>
  readonly #leftBy: RowStatement<Omit<ObjectFacts, 'nlink'>>
  readonly #returned: StatementSync
  readonly #isUsed: StatementSync
  readonly #lent: StatementSync
  #find: RowStatement<SameObject> | null = null
  #links: StatementSync | null = null

  constructor(writer: EntryWriter, { id: volumeId, hasStableInodes }: { id: number; hasStableInodes: boolean }) {
    const { db } = writer
    this.#hasStableInodes = hasStableInodes
    this.#db = db
    this.#departed = writer.departed
    this.#volumeId = volumeId
    const first = db.prepare('select min(scanned_at) as at from directories where volume_id = ?').get(volumeId)!['at']
    this.#since = first === null ? null : Number(first) - CLOCK_MARGIN_MS
    this.#depart = db.prepare(
      `insert or replace into departed(uuid, volume_id, kind, inode, birthtime, parent_id, name, lent)
       select ?1, ?2, ?3, ?4, ?5, ?6, ?7, case
         when ?8 = 1 then ${STAYED}
         when exists(select 1 from departed where uuid = ?1 and lent <> ${LENT}
           and not (inode = ?4 and kind = ?3 and birthtime is ?5)) then ${LENT}
         else ${OWN} end`,
    )
    this.#forget = db.prepare(
      `delete from departed where volume_id = ? and inode = ? and kind = ? and birthtime is ? and lent <> ${STAYED}`,
    )
    // A file that was seen in two places at once had an id at each place. Ids grow with time, so the lowest one is the
    // original.
    this.#idsOf = withRows<FormerId>(
      db.prepare(
        `select d.uuid, d.parent_id as parentId, d.name, e.id as holder
       from departed d left join entries e on e.uuid = d.uuid
       where d.volume_id = ? and d.inode = ? and d.kind = ? and d.birthtime is ? and (d.lent = ${OWN} or (d.lent = ${LENT} and e.id is null))
       order by d.lent, d.uuid`,
      ),
    )
    // Without a birth time, the inode may belong to another file now.
    this.#leftBy = withRows<Omit<ObjectFacts, 'nlink'>>(
      db.prepare(
        `select kind, inode, birthtime from departed
       where uuid = ? and volume_id = ? and lent <> ${LENT} and birthtime is not null order by lent`,
      ),
    )
    this.#returned = db.prepare(
      `delete from departed where uuid = ? and volume_id = ? and inode = ? and kind = ? and birthtime is ? and lent <> ${LENT}`,
    )
    this.#isUsed = db.prepare('select id from entries where uuid = ?')
    this.#lent = db.prepare(
      `select 1 from departed where uuid = (select uuid from entries where id = ?) and lent <> ${LENT}`,
    )
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
   * for the file and has an id of its own, unless `goes` says that this other row is being removed too. Returns
   * whether the id was remembered.
   */
  depart(row: DepartingRow, uuid: Uint8Array, goes?: (other: SameObject) => boolean): boolean {
    if (this.#hasOtherName(row, goes)) return false
    this.#note(row, uuid, { stays: false })
    return true
  }

  /**
   * Remembers the id of a file whose row now stands for another file. If the file also has another name (a hard link),
   * the id stays with this row.
   */
  replace(row: DepartingRow, uuid: Uint8Array): void {
    this.#note(row, uuid, { stays: this.#hasOtherName(row) })
  }

  /** Whether the file of a row is a hard link, or has another row. */
  #hasOtherName(row: DepartingRow, goes: (other: SameObject) => boolean = () => false): boolean {
    if (row.kind !== DIRECTORY && row.nlink !== 1) return true
    // If the other row only borrows its id from another file, that id may have to be given back.
    return this.others(row).some((other) => !goes(other) && !this.#isLentTo(other.id))
  }

  #note(row: DepartingRow, uuid: Uint8Array, { stays }: { stays: boolean }): void {
    const { kind, inode, birthtime, name, parent_id: parentId } = row
    this.#departed.add(departedKey(this.#volumeId, inode))
    this.#depart.run(uuid, this.#volumeId, kind, inode, birthtime, parentId, name, Number(stays))
  }

  /**
   * Whether a file came from another place, where its row was removed or now stands for another file. If its row was
   * removed from this very folder, the file was only renamed. If it returns to the row `named`, it is not from
   * elsewhere.
   */
  hasDeparted(found: FoundEntry, { directoryId, named }: { directoryId: number; named: number | undefined }): boolean {
    const [known] = this.#formerIds(factsOf(found))
    if (known === undefined) return false
    return known.holder === null ? known.parentId !== directoryId : known.holder !== named
  }

  /**
   * The former id of a file whose row was removed or has since become the row of another file with the same name. Each
   * id is returned once. `holder`: the row that has the id now.
   */
  comeBack(found: FoundEntry): { uuid: Uint8Array; holder: number | null } | undefined {
    return this.takeBack(factsOf(found))
  }

  /**
   * The former id of a file that returns to a folder and takes the place of another file, whose id is `uuid`. The id
   * is returned once, and only if the file had this name before or its id is older than `uuid`. Otherwise the file is
   * a draft, with another name and a newer id, that was saved over the other file: the saved file keeps `uuid`.
   */
  cameBackTo(directoryId: number, found: FoundEntry, uuid: Uint8Array): Uint8Array | undefined {
    const facts = factsOf(found)
    // Without a birth time, a reused inode would bring back the id of a deleted file.
    if (facts.birthtime === null) return undefined
    const [known] = this.#formerIds(facts)
    if (known?.holder !== null || known.parentId !== directoryId) return undefined
    const isBack = nameKey(known.name) === nameKey(found.name) || Buffer.compare(known.uuid, uuid) < 0
    return isBack ? this.takeBack(facts)?.uuid : undefined
  }

  /**
   * Gives back the id `uuid`, which no row has now, to the row of its file. But a file keeps an older id, because then
   * `uuid` was only created while the file was seen in two places. The id that the row loses may belong to another
   * file, so it is given back too. The loop ends because each note is deleted when its id is given back.
   */
  release(uuid: Uint8Array, writer: Pick<EntryWriter, 'identifyAs' | 'uuidOf'>): void {
    for (let free = this.#giveBack(uuid, writer); free !== null;) free = this.#giveBack(free, writer)
  }

  /** Returns the id that the row loses; null if the row keeps its id. */
  #giveBack(uuid: Uint8Array, writer: Pick<EntryWriter, 'identifyAs' | 'uuidOf'>): Uint8Array | null {
    if (!this.#hasStableInodes || this.holderOf(uuid) !== null) return null
    for (const row of this.#leftBy.all(uuid, this.#volumeId)) {
      const [there] = this.#same({ ...row, nlink: 1 })
      if (!there) continue
      const had = writer.uuidOf(there.id)
      if (Buffer.compare(uuid, had) > 0 && !this.#isLentTo(there.id)) continue
      writer.identifyAs(there.id, uuid)
      this.#returned.run(uuid, this.#volumeId, row.inode, row.kind, row.birthtime)
      return had
    }
    return null
  }

  /** The id that the file of a row had before it took over another file's row; see `comeBack`. */
  takeBack(facts: Omit<ObjectFacts, 'nlink'>): FormerId | undefined {
    if (!this.#mayHaveDeparted(facts)) return undefined
    const [known] = this.#formerIds(facts)
    this.#forget.run(this.#volumeId, facts.inode, facts.kind, facts.birthtime)
    return known
  }

  /** The former ids of a file, the preferred one first. */
  #formerIds(facts: Omit<ObjectFacts, 'nlink'>): FormerId[] {
    if (!this.#mayHaveDeparted(facts)) return []
    const { birthtime, inode, kind } = facts
    return this.#idsOf.all(this.#volumeId, inode, kind, birthtime)
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

  /** Whether a row has the id of another file, which was moved away. */
  #isLentTo(id: number): boolean {
    return this.#lent.get(id) !== undefined
  }

  #mayHaveDeparted({ inode }: Pick<ObjectFacts, 'inode'>): boolean {
    return this.#departed.size > 0 && this.#departed.has(departedKey(this.#volumeId, inode))
  }

  #same({ kind, inode, birthtime, nlink }: ObjectFacts): SameObject[] {
    if (kind !== DIRECTORY && nlink !== 1) return []
    this.#find ??= withRows<SameObject>(
      this.#db.prepare(
        `select e.id, e.kind, e.parent_id as parentId, e.name, coalesce(p.path, d.path) as folderPath
       from entries e left join directories p on p.id = e.parent_id left join directories d on d.id = e.id
       where e.inode = ? and e.kind = ? and e.birthtime is ? and coalesce(d.volume_id, p.volume_id) = ?`,
      ),
    )
    return this.#find.all(inode, kind, birthtime, this.#volumeId)
  }
}

function factsOf(found: FoundEntry): Omit<ObjectFacts, 'nlink'> {
  return { kind: found.numbers[found.at + KIND]!, inode: found.inode, birthtime: birthtimeOf(found) }
}

/**
 * The first scan runs without this index, which would slow it down by 10%. The index is created before the next scan.
 */
export const OBJECT_INDEX = 'create index if not exists entries_object on entries(inode)'

/** Whether the index for lookups by inode exists. */
export function hasObjectIndex(db: DatabaseSync): boolean {
  return db.prepare("select 1 from sqlite_schema where name = 'entries_object'").get() !== undefined
}
