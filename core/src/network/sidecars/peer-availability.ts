import type { ContentId, DeviceId, LibraryId, SidecarKind } from '../../domain/index.ts'
import { RECORD_BYTES, SIZE_AT, MAX_SIZE, ID_BYTES, type SidecarKey } from '../../sidecars/index.ts'
import { uuidToBlob } from '../../util/uuid.ts'
import type { NetworkDb } from '../db/network-db.ts'
import { mayHave } from './filter.ts'
import { type Digest, nameOf } from './inventory.ts'
import { applyRecords, findRecord } from './records.ts'

interface Group {
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
  readonly isFilter: boolean
  readonly count: number
  readonly bytes: Buffer
}

interface Known {
  epoch: string
  version: number
  at: number
  readonly groups: Map<string, Group>
}

interface GroupRow {
  readonly library: LibraryId
  readonly device: DeviceId
  readonly kind: SidecarKind
  readonly variant: string
  readonly format: string
  readonly is_filter: number
  readonly count: number
  readonly bytes: Uint8Array
}

/** The known facts about one sidecar of a device. */
export interface KnownSidecar {
  /** Null if the size is not known, or is at the maximum that a record can hold. */
  readonly size: number | null
  /** True if the report is only a Bloom filter, so that the device may not have the sidecar after all. */
  readonly isLikely: boolean
}

const NOTHING = Buffer.alloc(0)

/**
 * The sidecars that other members have reported. Kept in memory; `save` stores them in `network.db`, so that they
 * survive a restart.
 */
export class PeerAvailability {
  readonly #db: NetworkDb
  readonly #known = new Map<LibraryId, Map<DeviceId, Known>>()
  /** For each device, the names of the groups that are not saved yet; null means all groups. */
  readonly #unsaved = new Map<LibraryId, Map<DeviceId, ReadonlySet<string> | null>>()
  /** Sidecars that a device reported but did not have. */
  readonly #missing = new Map<string, Set<string>>()

  constructor(db: NetworkDb) {
    this.#db = db
    type Row = { library: LibraryId; device: DeviceId; epoch: string; version: number; at: number }
    for (const { at, device, epoch, library, version } of db.all<Row>('select * from availability'))
      this.#of(library).set(device, { epoch, version, at, groups: new Map() })
    for (const row of db.all<GroupRow>('select * from availability_groups')) {
      const bytes = Buffer.from(row.bytes)
      const group: Group = { ...row, isFilter: row.is_filter === 1, bytes }
      this.#known.get(row.library)?.get(row.device)?.groups.set(nameOf(row), group)
    }
  }

  /** The epoch and version of the last digest from a device, so that only later changes are requested. */
  since(library: LibraryId, device: DeviceId): { epoch: string; version: number } | null {
    const known = this.#known.get(library)?.get(device)
    return known ? { epoch: known.epoch, version: known.version } : null
  }

  /** Stores a digest from a device. Returns the groups with new sidecars. */
  take(library: LibraryId, device: DeviceId, { digest, now }: { digest: Digest; now: number }): Group[] {
    const before = this.#of(library).get(device)
    const known: Known =
      digest.full || !before ? { epoch: digest.epoch, version: 0, at: now, groups: new Map() } : before
    const news = new Map<string, Group>()
    for (const { bytes, count, form, ...of } of digest.groups) {
      const name = nameOf(of)
      const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      const old = known.groups.get(name)
      const records = old && !old.isFilter ? old.bytes : NOTHING
      const next =
        form === 'filter'
          ? all
          : applyRecords(records, form === 'records' ? { put: all, gone: NOTHING } : { put: NOTHING, gone: all })
      const isFilter = form === 'filter'
      const group = { ...of, isFilter, count: isFilter ? count : next.length / RECORD_BYTES, bytes: next }
      known.groups.set(name, group)
      if (form === 'records') news.set(name, { ...group, bytes: all })
    }
    Object.assign(known, { epoch: digest.epoch, version: digest.version, at: now })
    this.#of(library).set(device, known)
    this.#missing.delete(`${library} ${device}`)
    const unsaved = this.#unsavedOf(library)
    const earlier = unsaved.get(device)
    const isAll = digest.full || !before || earlier === null
    unsaved.set(device, isAll ? null : new Set([...(earlier ?? []), ...digest.groups.map(nameOf)]))
    return [...news.values()]
  }

  /**
   * Saves the digests since the last call. After a crash, lost digests are asked for again. Throws errors of the
   * database; the next call saves the remaining digests.
   */
  save(): void {
    for (const [library, devices] of this.#unsaved) {
      for (const [device, changed] of devices) {
        const known = this.#known.get(library)?.get(device)
        if (known) this.#write(library, device, { known, changed })
        devices.delete(device)
      }
      this.#unsaved.delete(library)
    }
  }

  /** Forgets a device that is no longer a member of a library; of all libraries if none is given. */
  forget(device: DeviceId, library: LibraryId | null = null): void {
    for (const [id, devices] of this.#known) if (library === null || id === library) devices.delete(device)
    if (library === null) this.#db.run('delete from availability where device = ?', device)
    else this.#db.run('delete from availability where device = ? and library = ?', device, library)
  }

  devices(library: LibraryId): DeviceId[] {
    return [...(this.#known.get(library)?.keys() ?? [])]
  }

  /** The groups of a device that are known exactly. */
  groups(library: LibraryId, device: DeviceId): readonly Pick<Group, 'kind' | 'variant' | 'format' | 'bytes'>[] {
    return [...(this.#known.get(library)?.get(device)?.groups.values() ?? [])].filter(({ isFilter }) => !isFilter)
  }

  /** Null if the device does not have the sidecar, or has reported nothing. */
  find(library: LibraryId, device: DeviceId, key: SidecarKey): KnownSidecar | null {
    const group = this.#known.get(library)?.get(device)?.groups.get(nameOf(key))
    return group && !this.#missing.get(`${library} ${device}`)?.has(textOf(key)) ? findIn(group, key.contentId) : null
  }

  /** Every variant of a kind that a device has for a content. */
  variants(
    library: LibraryId,
    device: DeviceId,
    { contentId, kind }: { contentId: ContentId; kind: SidecarKind },
  ): (KnownSidecar & { variant: string; format: string })[] {
    const groups = [...(this.#known.get(library)?.get(device)?.groups.values() ?? [])]
    return groups.flatMap(({ format, kind: of, variant }) => {
      const found = of === kind ? this.find(library, device, { contentId, kind, variant, format }) : null
      return found ? [{ ...found, variant, format }] : []
    })
  }

  /** Remembers that the device did not have the sidecar. It is not asked for it again until its next digest. */
  lacks(library: LibraryId, device: DeviceId, key: SidecarKey): void {
    const name = `${library} ${device}`
    const missing = this.#missing.get(name) ?? new Set()
    this.#missing.set(name, missing.add(textOf(key)))
  }

  #unsavedOf(library: LibraryId): Map<DeviceId, ReadonlySet<string> | null> {
    const devices = this.#unsaved.get(library) ?? new Map<DeviceId, ReadonlySet<string> | null>()
    this.#unsaved.set(library, devices)
    return devices
  }

  #of(library: LibraryId): Map<DeviceId, Known> {
    const devices = this.#known.get(library) ?? new Map<DeviceId, Known>()
    this.#known.set(library, devices)
    return devices
  }

  /** `changed`: the names of the changed groups; null: all groups. */
  #write(
    library: LibraryId,
    device: DeviceId,
    { changed, known }: { known: Known; changed: ReadonlySet<string> | null },
  ): void {
    this.#db.transaction(() => {
      this.#db.run(
        `insert into availability(library, device, epoch, version, at) values (?, ?, ?, ?, ?)
         on conflict(library, device) do update set epoch = excluded.epoch, version = excluded.version, at = excluded.at`,
        library,
        device,
        known.epoch,
        known.version,
        known.at,
      )
      if (changed === null)
        this.#db.run('delete from availability_groups where library = ? and device = ?', library, device)
      for (const [name, { bytes, count, format, isFilter, kind, variant }] of known.groups) {
        if (changed && !changed.has(name)) continue
        this.#db.run(
          `insert or replace into availability_groups(library, device, kind, variant, format, is_filter, count, bytes)
           values (?, ?, ?, ?, ?, ?, ?, ?)`,
          library,
          device,
          kind,
          variant,
          format,
          isFilter ? 1 : 0,
          count,
          bytes,
        )
      }
    })
  }
}

function findIn({ bytes, isFilter }: Group, contentId: ContentId): KnownSidecar | null {
  const id = Buffer.from(uuidToBlob(contentId))
  if (isFilter) return mayHave(bytes, id) ? { size: null, isLikely: true } : null
  const record = findRecord(bytes, id)
  if (!record) return null
  const size = record.readUInt32BE(SIZE_AT)
  return { size: size === MAX_SIZE ? null : size, isLikely: false }
}

function textOf(key: SidecarKey): string {
  return `${key.contentId} ${nameOf(key)}`
}

/** The content ids of the records. */
export function idsOf(records: Buffer): Buffer {
  const ids = Buffer.allocUnsafe((records.length / RECORD_BYTES) * ID_BYTES)
  for (let i = 0; i * RECORD_BYTES < records.length; i++)
    records.copy(ids, i * ID_BYTES, i * RECORD_BYTES, i * RECORD_BYTES + ID_BYTES)
  return ids
}
