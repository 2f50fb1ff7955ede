import { randomBytes } from 'node:crypto'
import { type AvailabilityGroup, type AvailabilityRead, ID_BYTES, RECORD_BYTES } from '../../sidecars/index.ts'
import { makeFilter } from './filter.ts'
import { type DigestGroup, MAX_EXACT, MAX_GROUPS } from './protocol.ts'
import { applyRecords, changesOf, diffRecords } from './records.ts'

/** Maximum number of versions whose changes are kept. A device with an older version gets a complete digest. */
const KEPT_CHANGES = 64

export interface Digest {
  readonly epoch: string
  readonly version: number
  readonly full: boolean
  readonly groups: (Omit<DigestGroup, 'bytes'> & { readonly bytes: Uint8Array })[]
}

interface Change {
  readonly version: number
  readonly groups: ReadonlyMap<string, { readonly put: Buffer; readonly gone: Buffer }>
}

const NOTHING = Buffer.alloc(0)

/**
 * The sidecars of one library on this device, as reported to other devices. Version numbers start again with each
 * start of the engine.
 */
export class Inventory {
  /** Random for each start, because versions of different starts cannot be compared. */
  readonly #epoch = randomBytes(8).toString('hex')
  #version = 0
  readonly #groups = new Map<string, AvailabilityGroup>()
  /** Whether there are so many sidecars that the digest is only a filter. */
  #isFilter = false
  /**
   * The version at which digests changed to the current form (filter or exact). No changes can be computed from
   * versions before it.
   */
  #formSince = 0
  #mark: number | null = null
  readonly #changes: Change[] = []

  /** Takes over all present sidecars, or only the changes. If anything differs from before, the version increases. */
  take({ full, groups: found, mark }: AvailabilityRead): void {
    this.#mark = mark
    const known = found.filter((group, at) => this.#groups.has(nameOf(group)) || this.#groups.size + at < MAX_GROUPS)
    const next = new Map(known.map((group) => [nameOf(group), group]))
    const groups = new Map<string, { put: Buffer; gone: Buffer }>()
    for (const name of full ? new Set([...this.#groups.keys(), ...next.keys()]) : next.keys()) {
      const before = bufferOf(this.#groups.get(name)?.records)
      const after = next.get(name)
      const records = bufferOf(after?.records)
      const change = full
        ? diffRecords(before, records)
        : changesOf(before, { put: records, gone: bufferOf(after?.gone) })
      if (change.put.length === 0 && change.gone.length === 0) continue
      const { format, kind, variant } = after ?? this.#groups.get(name)!
      // Groups stay even when they are empty, so that their removed sidecars can be reported.
      this.#groups.set(name, { kind, variant, format, records: full ? records : applyRecords(before, change) })
      groups.set(name, change)
    }
    if (groups.size === 0) return
    this.#version++
    const isFilter = this.count > MAX_EXACT
    if (isFilter !== this.#isFilter) this.#formSince = this.#version
    this.#isFilter = isFilter
    this.#changes.push({ version: this.#version, groups })
    if (this.#changes.length > KEPT_CHANGES) this.#changes.shift()
  }

  /** The mark up to which changes of the library were read; null before the first read. */
  get mark(): number | null {
    return this.#mark
  }

  get version(): number {
    return this.#version
  }

  get count(): number {
    return [...this.#groups.values()].reduce((sum, { records }) => sum + records.length / RECORD_BYTES, 0)
  }

  /** A complete digest, or the changes since a version. */
  digest(since: { epoch: string; version: number } | null): Digest {
    const head = { epoch: this.#epoch, version: this.#version }
    const isFilter = this.#isFilter
    const first = this.#changes[0]?.version ?? 1
    const isKnown =
      since?.epoch === this.#epoch &&
      since.version <= this.#version &&
      since.version >= this.#formSince &&
      (since.version >= first - 1 || since.version === this.#version)
    if (isKnown && !isFilter) return { ...head, full: false, groups: this.#since(since.version) }
    if (isKnown && since.version === this.#version) return { ...head, full: false, groups: [] }
    const groups = [...this.#groups.values()].flatMap(({ records, ...of }): Digest['groups'] => {
      const count = records.length / RECORD_BYTES
      if (count === 0) return []
      return isFilter
        ? [{ ...of, count, form: 'filter' as const, bytes: makeFilter(records, RECORD_BYTES) }]
        : [{ ...of, count, form: 'records' as const, bytes: records }]
    })
    return { ...head, full: true, groups }
  }

  #since(version: number): Digest['groups'] {
    const changes = this.#changes.filter((change) => change.version > version)
    const names = new Set(changes.flatMap(({ groups }) => [...groups.keys()]))
    return [...names].flatMap((name) => {
      const { records: _all, ...of } = this.#groups.get(name)!
      let put: Buffer = NOTHING
      let gone: Buffer = NOTHING
      for (const { groups } of changes) {
        const change = groups.get(name)
        if (!change) continue
        put = applyRecords(put, change)
        gone = Buffer.concat([gone, change.gone])
      }
      gone = sortedIds(gone)
      return [
        ...(gone.length > 0 ? [{ ...of, form: 'gone' as const, count: gone.length / ID_BYTES, bytes: gone }] : []),
        ...(put.length > 0 ? [{ ...of, form: 'records' as const, count: put.length / RECORD_BYTES, bytes: put }] : []),
      ]
    })
  }
}

export function nameOf({ format, kind, variant }: Pick<AvailabilityGroup, 'kind' | 'variant' | 'format'>): string {
  return `${kind} ${variant}.${format}`
}

function bufferOf(bytes: Uint8Array | undefined): Buffer {
  return bytes ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) : NOTHING
}

/** Sorts content ids and removes duplicates. */
function sortedIds(ids: Buffer): Buffer {
  const each = Array.from({ length: ids.length / ID_BYTES }, (_, i) => ids.subarray(i * ID_BYTES, (i + 1) * ID_BYTES))
  const sorted = each.toSorted(Buffer.compare)
  return Buffer.concat(sorted.filter((id, i) => i === 0 || Buffer.compare(id, sorted[i - 1]!) !== 0))
}
