import { z } from 'zod'
import { DeviceId } from './ids.ts'
import { PeerState } from './network.ts'
import { Timestamp } from './time.ts'

/** One installation of Spacedrive. */
export const Device = z.object({
  id: DeviceId,
  name: z.string(),
  /** In lower case, with a hyphen in place of each run of other characters; unique in a library. */
  slug: z.string(),
  os: z.object({ platform: z.string(), version: z.string(), arch: z.string() }),
  hardware: z.object({
    model: z.string().nullable(),
    cpu: z.string().nullable(),
    cores: z.number(),
    memoryBytes: z.number(),
  }),
  capabilities: z.record(z.string(), z.boolean()),
  createdAt: Timestamp,
  /** Whether this is the device that sends the reply. */
  current: z.boolean(),
})
export type Device = z.infer<typeof Device>

/** A device in a library's list. The data of another device are from the last time that it opened the library. */
export const ListedDevice = Device.extend({ lastSeenAt: Timestamp })
export type ListedDevice = z.infer<typeof ListedDevice>

/**
 * A device that has opened a library, or is paired with this one. Some fields are null for a device that is only
 * paired, because it does not report them.
 */
export const KnownDevice = Device.extend({
  os: z.object({ platform: z.string(), version: z.string().nullable(), arch: z.string().nullable() }),
  hardware: Device.shape.hardware.nullable(),
  createdAt: Timestamp.nullable(),
  lastSeenAt: Timestamp.nullable(),
  /** The state of a paired device; null for other devices, and for this device. */
  state: PeerState.nullable(),
})
export type KnownDevice = z.infer<typeof KnownDevice>
