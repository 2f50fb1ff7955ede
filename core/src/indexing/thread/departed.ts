import type { DatabaseSync, StatementSync } from '../../db/sqlite.ts'
import { type Inode, inodeKey } from '../../util/inode.ts'
import type { ScanRequest } from './scan-request.ts'

/** Values of `departed.lent`: the id is the file's own. */
export const OWN = 0
/** The id belongs to another file, which gets it back if it returns. */
export const LENT = 1
/** The id was this file's. It stays with the row, because the file also has another name. */
export const STAYED = 2

/** A key made of a volume and an inode on it. */
export function departedKey(volumeId: number, inode: Inode): string {
  return `${volumeId}:${inodeKey(inode)}`
}

/** A scan of a whole location, from its root. */
type WholeScan = Pick<ScanRequest, 'directoryId' | 'isResumed' | 'startedAt' | 'volumeId'>

/** Ids in `departed` that one transaction looks at. */
const IDS_AT_ONCE = 8_192

/**
 * Ends the claims of departed files to their former ids.
 *
 * If a row stands for another file than before, its old file may have been moved: it takes the id back wherever it
 * turns up (`KnownObjects`). But it may also have left the index and return after a year, when users have attached
 * data to the file that was saved under its name. Or it was found under another name with a new id, and users have
 * attached data to that id. So both ids are settled once every location of the volume has been scanned as a whole, by
 * scans that began after the file departed.
 *
 * Departures are compared by their ids in `departed`, which grow with time, and not by clocks, which jump.
 */
export class SettledIds {
  readonly #last: StatementSync
  readonly #first: StatementSync
  readonly #roots: StatementSync
  readonly #settle: StatementSync
  /** The last departure before the running scan of each location began. */
  readonly #running = new Map<number, { startedAt: number; after: number }>()
  /** The last departure before the latest finished scan of each location began. */
  readonly #looked = new Map<number, number>()

  constructor(db: DatabaseSync) {
    this.#last = db.prepare('select coalesce(max(id), 0) as id from departed')
    this.#first = db.prepare('select coalesce(min(id), 1) as id from departed')
    this.#roots = db.prepare(
      `select l.directory_id as id from locations l join directories d on d.id = l.directory_id
       where d.volume_id = ? and l.state not in ('paused', 'offline', 'error')`,
    )
    this.#settle = db.prepare(
      `delete from departed where id > ? and id <= ? and volume_id = ? and (
         lent <> ${STAYED} and exists(select 1 from entries e where e.uuid = departed.uuid)
         or exists(
           select 1 from entries e
           left join directories own on own.id = e.id left join directories above on above.id = e.parent_id
           where e.inode = departed.inode and e.kind = departed.kind and e.birthtime is departed.birthtime
           and coalesce(own.volume_id, above.volume_id) = departed.volume_id))`,
    )
  }

  /** Notes, in a transaction, that the scan of a location begins or continues. */
  begin({ directoryId, isResumed, startedAt }: WholeScan): void {
    // A scan of an earlier process skips folders that it read before this process could note a departure.
    if (isResumed || this.#running.get(directoryId)?.startedAt === startedAt) return
    this.#running.set(directoryId, { startedAt, after: Number(this.#last.get()!['id']) })
  }

  /**
   * Notes that the scan of a location has read all its folders. Returns steps that end the
   * claims of departed files to their former ids. Each step runs in a transaction of its own.
   */
  *end({ directoryId, startedAt, volumeId }: WholeScan): Iterable<() => void> {
    const scan = this.#running.get(directoryId)
    if (scan?.startedAt !== startedAt) return
    this.#running.delete(directoryId)
    this.#looked.set(directoryId, scan.after)
    const roots = this.#roots.all(volumeId).map((row) => Number(row['id']))
    const upTo = Math.min(...roots.map((id) => this.#looked.get(id) ?? 0))
    if (!Number.isFinite(upTo)) return
    for (let id = Number(this.#first.get()!['id']) - 1; id < upTo; id += IDS_AT_ONCE) {
      yield () => void this.#settle.run(id, Math.min(id + IDS_AT_ONCE, upTo), volumeId)
    }
  }
}
