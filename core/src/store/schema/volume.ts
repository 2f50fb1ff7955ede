import type { Generated } from 'kysely'

/** The devices that have opened this library. `details` is the rest of `Device` as JSON. */
export interface DeviceTable {
  id: Generated<number>
  uuid: Uint8Array
  name: string
  slug: string
  details: string
  created_at: number
  last_seen_at: number
}

/** A volume that holds a location or is tracked by the user. */
export interface VolumeTable {
  id: Generated<number>
  uuid: Uint8Array
  device_id: number
  fingerprint: string
  name: string
  /** The name that the user gave it. */
  display_name: string | null
  tracked: Generated<number>
  /** The last mount point. */
  mount_point: Uint8Array | null
  kind: string
  disk: string
  filesystem: string
  total_bytes: number
  free_bytes: number
  read_only: Generated<number>
  cow: Generated<number>
  removable: Generated<number>
  /** Measured speed in bytes per second; null if it was never measured. */
  read_bps: number | null
  write_bps: number | null
  created_at: number
  last_seen_at: number
}
