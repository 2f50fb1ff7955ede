import { z } from 'zod'
import { DeviceId, PeerKey } from '../../domain/index.ts'

/** A device that a person has paired with this one. Times in milliseconds. */
export interface PairedDevice {
  readonly id: DeviceId
  readonly key: PeerKey
  /** The name that the device gives itself, with a number if another known device has the same name. */
  readonly name: string
  readonly slug: string
  readonly os: string
  readonly capabilities: Readonly<Record<string, boolean>>
  readonly pairedAt: number
  readonly lastSeenAt: number | null
  /** Addresses where the device was reached or seen, the most recent first. */
  readonly addresses: readonly string[]
  readonly relay: string | null
  readonly blocked: boolean
}

/** A row of `devices`. */
export interface DeviceRow {
  readonly device: string
  readonly key: string
  readonly name: string
  readonly slug: string
  readonly os: string
  readonly capabilities: string
  readonly paired_at: number
  readonly last_seen_at: number | null
  readonly addresses: string
  readonly relay: string | null
  readonly blocked: number
}

const Capabilities = z.record(z.string(), z.boolean())
const Addresses = z.array(z.string())

export function deviceOfRow(row: DeviceRow): PairedDevice {
  return {
    id: DeviceId.parse(row.device),
    key: PeerKey.parse(row.key),
    name: row.name,
    slug: row.slug,
    os: row.os,
    capabilities: Capabilities.parse(JSON.parse(row.capabilities)),
    pairedAt: row.paired_at,
    lastSeenAt: row.last_seen_at,
    addresses: Addresses.parse(JSON.parse(row.addresses)),
    relay: row.relay,
    blocked: row.blocked === 1,
  }
}
