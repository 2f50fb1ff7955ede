import type { DatabaseSync } from 'node:sqlite'
import { companionKinds, type SidecarKind, sidecarKinds, sidecarStates } from '../domain/index.ts'

/** Bytes of one sidecar: the content's id, the size and the beginning of the checksum. */
export const RECORD_BYTES = 24
export const ID_BYTES = 16
export const SIZE_AT = 16
export const CHECK_AT = 20
/** A file of this size or larger is said to have this one. */
export const MAX_SIZE = 0xffff_ffff

/** All that is ready of one kind, variant and format: 24 bytes each, by id. */
export interface AvailabilityGroup {
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
  readonly records: Uint8Array
}

const READY = sidecarStates.indexOf('ready')
const COMPANIONS = companionKinds.map((kind) => sidecarKinds.indexOf(kind)).join(', ')

/** Low bits of a sort key that say which record it is of: more than a library has of one kind. */
const INDEX_BITS = 24n

/** One after the other, by id. Numbers are sorted ten times as fast as bytes. */
function sorted(records: readonly Buffer[]): Uint8Array {
  const mask = (1n << INDEX_BITS) - 1n
  const keys = BigUint64Array.from(records, (record, i) => (record.readBigUInt64BE(0) & ~mask) | BigInt(i)).toSorted()
  const ordered = Array.from(keys, (key) => records[Number(key & mask)]!)
  // The beginnings of two may be alike.
  const isOrdered = ordered.every((record, i) => i === 0 || Buffer.compare(ordered[i - 1]!, record) < 0)
  return new Uint8Array(Buffer.concat(isOrdered ? ordered : ordered.toSorted(Buffer.compare)))
}

/** What a library has ready that was made here or fetched, and is a file of it. Read in a thread. */
export function readAvailability(db: DatabaseSync, _input: null): AvailabilityGroup[] {
  const query = db.prepare(
    `select s.kind, s.variant, s.format, c.uuid, s.size, s.checksum
     from sidecars s join content_identities c on c.id = s.content_id
     where s.state = ${READY} and s.source_entry_id is null and s.checksum is not null and s.kind not in (${COMPANIONS})`,
  )
  query.setReturnArrays(true)
  const groups = new Map<string, { kind: number; variant: string; format: string; records: Buffer[] }>()
  for (const row of query.iterate()) {
    const [kind, variant, format, id, size, checksum] = row as unknown as [
      number,
      string,
      string,
      Uint8Array,
      number,
      Uint8Array,
    ]
    const name = `${kind} ${variant} ${format}`
    let group = groups.get(name)
    if (!group) groups.set(name, (group = { kind, variant, format, records: [] }))
    const record = Buffer.allocUnsafe(RECORD_BYTES)
    record.set(id, 0)
    record.writeUInt32BE(Math.min(size, MAX_SIZE), SIZE_AT)
    record.set(checksum.subarray(0, RECORD_BYTES - CHECK_AT), CHECK_AT)
    group.records.push(record)
  }
  return [...groups.values()].map(({ format, kind, records, variant }) => ({
    kind: sidecarKinds[kind]!,
    variant,
    format,
    records: sorted(records),
  }))
}
