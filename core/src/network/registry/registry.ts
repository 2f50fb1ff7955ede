import { toSlug } from '../../device/index.ts'
import type { DeviceId, PeerKey } from '../../domain/index.ts'
import { CoreError, errorMessage } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import { didYouMean } from '../../util/did-you-mean.ts'
import { hasPartialId } from '../../util/partial-id.ts'
import type { NetworkDb } from '../db/network-db.ts'
import { type DeviceCard, type DeviceDetails, MAX_ADDRESSES, type Whereabouts } from './device-card.ts'
import { type DeviceRow, deviceOfRow, type PairedDevice } from './paired-device.ts'

/** Maximum number of paired devices. Each has a connection and a heartbeat. */
export const MAX_PAIRED = 200
/**
 * Maximum number of keys of revoked devices that are stored. Such a device is told that it was revoked when it
 * connects. If the oldest keys are dropped, their devices are treated as strangers.
 */
const MAX_REFUSED = 1_000

export interface RegistryDeps {
  readonly db: NetworkDb
  /** This device. No other device may claim its id or key. `key` is null until there is one. */
  readonly own: () => {
    readonly id: DeviceId
    readonly key: PeerKey | null
    readonly name: string
    readonly slug: string
  }
  readonly now: () => number
  readonly log: Logger
}

export interface RegistryChange {
  readonly kind: 'added' | 'updated' | 'blocked' | 'unblocked' | 'removed'
  readonly device: PairedDevice
}

/** The devices paired with this one, and the keys of revoked devices. Stored in `network.db`, and kept in memory. */
export class Registry {
  readonly #deps: RegistryDeps
  readonly #byId = new Map<DeviceId, PairedDevice>()
  readonly #byKey = new Map<PeerKey, PairedDevice>()
  readonly #refused: Set<string>
  readonly #listeners = new Set<(change: RegistryChange) => void>()

  constructor(deps: RegistryDeps) {
    this.#deps = deps
    for (const row of deps.db.all<DeviceRow>('select * from devices order by name')) this.#keep(deviceOfRow(row))
    this.#refused = new Set(deps.db.all<{ key: string }>('select key from refused_keys').map(({ key }) => key))
  }

  /** Sorted by name. */
  list(): readonly PairedDevice[] {
    return [...this.#byId.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
  }

  get(id: DeviceId): PairedDevice | null {
    return this.#byId.get(id) ?? null
  }

  byKey(key: PeerKey): PairedDevice | null {
    return this.#byKey.get(key) ?? null
  }

  /** Finds a device by id, name or slug. Throws `NotFound`, which suggests the nearest name. */
  find(reference: string): PairedDevice {
    const devices = this.list()
    const found =
      devices.find((each) => each.id === reference) ??
      devices.find((each) => each.name === reference) ??
      devices.find((each) => each.slug === reference.toLowerCase())
    if (found) return found
    const [partial, another] = devices.filter(({ id }) => hasPartialId(id, reference))
    if (partial && !another) return partial
    if (another) throw new CoreError('Conflict', `several devices have ids with ${reference}; use the name`)
    const names = devices.flatMap(({ name, slug }) => [name, slug])
    const advice = didYouMean(reference, names, 'spacedrive network devices')
    throw new CoreError('NotFound', `no device ${JSON.stringify(reference)} is paired with this one; ${advice}`)
  }

  /**
   * Adds a device that users on both sides have confirmed, with the addresses in `card`. If the same id and key are
   * already paired, updates that device. Throws `Conflict` if the device claims the id or key of another device or of
   * this one.
   */
  add(card: DeviceCard): PairedDevice {
    this.#refuseClaims(card)
    const known = this.#byId.get(card.id)
    if (!known && this.#byId.size >= MAX_PAIRED) {
      throw new CoreError(
        'Conflict',
        `${MAX_PAIRED} devices are paired with this one, the maximum; remove one with \`spacedrive network revoke <device>\``,
      )
    }
    const device: PairedDevice = {
      ...this.#named(card),
      key: card.key,
      pairedAt: known?.pairedAt ?? this.#deps.now(),
      lastSeenAt: known?.lastSeenAt ?? null,
      addresses: [...new Set(card.addresses)].slice(0, MAX_ADDRESSES),
      relay: card.relay,
      blocked: false,
    }
    this.#deps.db.transaction(() => {
      this.#write(device)
      this.#deps.db.run('delete from refused_keys where key = ?', device.key)
    })
    this.#refused.delete(device.key)
    this.#keep(device)
    this.#tell({ kind: known ? 'updated' : 'added', device })
    return device
  }

  /** Whether the key is that of a revoked device. */
  isRefused(key: PeerKey): boolean {
    return this.#refused.has(key)
  }

  /**
   * Stores the facts that a connected device tells about itself. Throws `Conflict` if the id does not belong to the
   * key that the device has proved: then it is not the device that was paired.
   */
  describe(key: PeerKey, details: DeviceDetails): PairedDevice {
    const known = this.#byKey.get(key)
    if (!known) throw new CoreError('NotFound', 'this device is not paired')
    if (details.id !== known.id) {
      throw new CoreError(
        'Conflict',
        `the device paired as ${known.name} claims a different id (${details.id} instead of ${known.id})`,
      )
    }
    return this.#update({ ...known, ...this.#named(details) })
  }

  /** Stores that the device is connected now. */
  seen(id: DeviceId): void {
    const known = this.#byId.get(id)
    if (known) this.#update({ ...known, lastSeenAt: this.#deps.now() })
  }

  /** Stores addresses of a device, before the known ones. If there are too many, the oldest are dropped. */
  seenAt(id: DeviceId, { addresses, relay }: Whereabouts): void {
    const known = this.#byId.get(id)
    if (!known) return
    const all = [...new Set([...addresses, ...known.addresses])].slice(0, MAX_ADDRESSES)
    this.#update({ ...known, addresses: all, relay: relay ?? known.relay })
  }

  /** Throws `NotFound`. */
  setBlocked(id: DeviceId, blocked: boolean): PairedDevice {
    const known = this.#require(id)
    if (known.blocked === blocked) return known
    const device = { ...known, blocked }
    this.#write(device)
    this.#keep(device)
    this.#tell({ kind: blocked ? 'blocked' : 'unblocked', device })
    return device
  }

  /**
   * Forgets a device and all its grants. If `refuse` is set, its key is refused until the devices are paired again.
   * Throws `NotFound`.
   */
  remove(id: DeviceId, { refuse }: { refuse: boolean }): PairedDevice {
    const device = this.#require(id)
    const { db, now } = this.#deps
    db.transaction(() => {
      db.run('delete from devices where device = ?', id)
      if (refuse)
        db.run(
          'insert or replace into refused_keys(key, device, name, at) values (?, ?, ?, ?)',
          device.key,
          id,
          device.name,
          now(),
        )
      db.run(
        'delete from refused_keys where key not in (select key from refused_keys order by at desc limit ?)',
        MAX_REFUSED,
      )
    })
    if (refuse) this.#refused.add(device.key)
    this.#byId.delete(id)
    this.#byKey.delete(device.key)
    this.#tell({ kind: 'removed', device })
    return device
  }

  /** `listener` is called after each change was stored. */
  onChange(listener: (change: RegistryChange) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }

  #require(id: DeviceId): PairedDevice {
    const known = this.#byId.get(id)
    if (!known) throw new CoreError('NotFound', `no device ${id} is paired with this one`)
    return known
  }

  #refuseClaims({ id, key, name }: DeviceCard): void {
    const own = this.#deps.own()
    if (id === own.id || key === own.key) {
      throw new CoreError(
        'Conflict',
        `${name} has the identity of this device; if its data folder is a copy of yours, restart Spacedrive there to give it its own identity`,
      )
    }
    const holder = this.#byId.get(id)
    if (holder && holder.key !== key) {
      throw new CoreError(
        'Conflict',
        `${name} has the id of ${holder.name}, which is paired with another key; if it has lost its key, \`spacedrive network revoke ${holder.slug}\` first`,
      )
    }
    const other = this.#byKey.get(key)
    if (other && other.id !== id) {
      throw new CoreError(
        'Conflict',
        `${name} has the key of ${other.name}, which is paired with another id; if it has a new identity, \`spacedrive network revoke ${other.slug}\` first`,
      )
    }
  }

  /** Adds a name and a slug that no other device here has. */
  #named({
    capabilities,
    id,
    name,
    os,
  }: DeviceDetails): Pick<PairedDevice, 'id' | 'name' | 'slug' | 'os' | 'capabilities'> {
    const others = [this.#deps.own(), ...[...this.#byId.values()].filter((each) => each.id !== id)]
    const names = new Set(others.map((each) => each.name))
    const slugs = new Set(others.map((each) => each.slug))
    return {
      id,
      name: firstFree(name, names, (n) => `${name} ${n}`),
      slug: firstFree(toSlug(name), slugs, (n) => `${toSlug(name)}-${n}`),
      os,
      capabilities,
    }
  }

  #update(device: PairedDevice): PairedDevice {
    const known = this.#byId.get(device.id)!
    if (JSON.stringify(known) === JSON.stringify(device)) return known
    try {
      this.#write(device)
    } catch (err) {
      // A full disk must not end connections. The device sends these facts again with its next connection.
      this.#deps.log.warn({ device: device.name, err }, `cannot store the details of a device: ${errorMessage(err)}`)
    }
    this.#keep(device)
    this.#tell({ kind: 'updated', device })
    return device
  }

  #keep(device: PairedDevice): void {
    this.#byId.set(device.id, device)
    this.#byKey.set(device.key, device)
  }

  #write(device: PairedDevice): void {
    // Not `insert or replace`, because that would delete the row and, with it, the grants of the device.
    this.#deps.db.run(
      `insert into devices(device, key, name, slug, os, capabilities, paired_at, last_seen_at, addresses, relay, blocked)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       on conflict(device) do update set name = excluded.name, slug = excluded.slug, os = excluded.os,
         capabilities = excluded.capabilities, last_seen_at = excluded.last_seen_at, addresses = excluded.addresses,
         relay = excluded.relay, blocked = excluded.blocked`,
      device.id,
      device.key,
      device.name,
      device.slug,
      device.os,
      JSON.stringify(device.capabilities),
      device.pairedAt,
      device.lastSeenAt,
      JSON.stringify(device.addresses),
      device.relay,
      device.blocked ? 1 : 0,
    )
  }

  #tell(change: RegistryChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

/** `wanted`, or its first numbered form that is not taken. */
function firstFree(wanted: string, taken: ReadonlySet<string>, numbered: (n: number) => string): string {
  if (!taken.has(wanted)) return wanted
  for (let n = 2; ; n++) if (!taken.has(numbered(n))) return numbered(n)
}
