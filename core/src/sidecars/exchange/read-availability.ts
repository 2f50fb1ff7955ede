import {
  companionKinds,
  sidecarKindByNumber,
  sidecarKindNumbers,
  sidecarStateNumbers,
} from '../../domain/stored-lists.ts'
import { type ReadDatabase, readSnapshot } from '../../db/sqlite.ts'
import { withTuples } from '../../db/typed-rows.ts'
import type { SidecarKind } from '../../domain/index.ts'

/** Bytes of one record: the id of the content, the size, and the beginning of the checksum. */
export const RECORD_BYTES = 24
export const ID_BYTES = 16
export const SIZE_AT = 16
export const CHECK_AT = 20
/** The size field cannot hold more, so larger files report this size. */
export const MAX_SIZE = 0xffff_ffff

/** All ready sidecars of one kind, variant and format: one record each, sorted by content id. */
export interface AvailabilityGroup {
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
  readonly records: Uint8Array
}

const READY = sidecarStateNumbers.ready
const COMPANIONS = companionKinds.map((kind) => sidecarKindNumbers[kind]).join(', ')

/**
 * The low bits of a sort key are the index of the record. No library has more sidecars of one kind than these bits
 * allow.
 */
const INDEX_BITS = 24n

/** Joins the records, sorted by id. Sorting numbers is ten times as fast as sorting bytes. */
function sorted(records: readonly Buffer[]): Uint8Array {
  const mask = (1n << INDEX_BITS) - 1n
  const keys = BigUint64Array.from(records, (record, i) => (record.readBigUInt64BE(0) & ~mask) | BigInt(i)).toSorted()
  const ordered = Array.from(keys, (key) => records[Number(key & mask)]!)
  // The first bits of two ids may be equal; then the order is not complete.
  const isOrdered = ordered.every((record, i) => i === 0 || Buffer.compare(ordered[i - 1]!, record) < 0)
  return new Uint8Array(Buffer.concat(isOrdered ? ordered : ordered.toSorted(Buffer.compare)))
}

/**
 * Changes of one kind, variant and format: the records of sidecars that are ready now, and the content ids of removed
 * ones. Both are sorted by id.
 */
export interface AvailabilityChange extends AvailabilityGroup {
  /** Content ids, 16 bytes each. */
  readonly gone: Uint8Array
}

/** The ready sidecars: all of them, or the changes since a mark. */
export interface AvailabilityRead {
  /** Pass this as `since` in the next call. */
  readonly mark: number
  readonly full: boolean
  readonly groups: AvailabilityChange[]
}

/** A condition for sidecars that other devices may fetch: files of the library, but not references. */
const IS_TOLD = `s.state = ${READY} and s.source_entry_id is null and s.checksum is not null`

const ALL = `select s.kind, s.variant, s.format, c.uuid, s.size, s.checksum
  from sidecars s join content_identities c on c.id = s.content_id
  where ${IS_TOLD} and s.kind not in (${COMPANIONS})`

const CHANGED = `with changed as (select distinct content_id, kind, variant, format from sidecar_changes where seq > ?)
  select k.kind, k.variant, k.format, c.uuid, s.size, s.checksum
  from changed k join content_identities c on c.id = k.content_id
  left join sidecars s on s.content_id = k.content_id and s.kind = k.kind and s.variant = k.variant
    and s.format = k.format and ${IS_TOLD}
  where k.kind not in (${COMPANIONS})`

type Row = [kind: number, variant: string, format: string, id: Uint8Array, size: number, checksum: Uint8Array | null]

/**
 * Reads the ready sidecars that are files of the library: the changes since the mark `since`, or all if it is null or
 * too old. Runs in a thread.
 */
export function readAvailability(db: ReadDatabase, since: number | null): AvailabilityRead {
  return readSnapshot(db, () => {
    const { mark, oldest } = db
      .prepare(
        `select ifnull((select seq from sqlite_sequence where name = 'sidecar_changes'), 0) as mark,
                (select min(seq) from sidecar_changes) as oldest`,
      )
      .get() as { mark: number; oldest: number | null }
    const full = since === null || since + 1 < (oldest ?? mark + 1)
    return { mark, full, groups: full ? readGroups(db, ALL, []) : readGroups(db, CHANGED, [since]) }
  })
}

function readGroups(db: ReadDatabase, sql: string, params: readonly number[]): AvailabilityChange[] {
  const query = withTuples<Row>(db.prepare(sql))
  const groups = new Map<
    string,
    { kind: number; variant: string; format: string; records: Buffer[]; gone: Uint8Array[] }
  >()
  for (const [kind, variant, format, id, size, checksum] of query.iterate(...params)) {
    const name = `${kind} ${variant} ${format}`
    let group = groups.get(name)
    if (!group) groups.set(name, (group = { kind, variant, format, records: [], gone: [] }))
    if (checksum === null) {
      group.gone.push(id)
      continue
    }
    const record = Buffer.allocUnsafe(RECORD_BYTES)
    record.set(id, 0)
    record.writeUInt32BE(Math.min(size, MAX_SIZE), SIZE_AT)
    record.set(checksum.subarray(0, RECORD_BYTES - CHECK_AT), CHECK_AT)
    group.records.push(record)
  }
  return [...groups.values()].map(({ format, gone, kind, records, variant }) => ({
    kind: sidecarKindByNumber[kind]!,
    variant,
    format,
    records: sorted(records),
    gone: new Uint8Array(Buffer.concat(gone.toSorted(Buffer.compare))),
  }))
}
