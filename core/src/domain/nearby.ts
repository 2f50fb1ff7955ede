import { z } from 'zod'
import { PeerKey } from './ids.ts'
import { Timestamp } from './time.ts'

/** A device on the local network that is visible to everyone, paired or not. None of its data is verified. */
export const NearbyDevice = z.object({
  /** A key that the device uses only while it is visible. */
  key: PeerKey,
  /** The device's own name for itself. */
  name: z.string(),
  heardAt: Timestamp,
})
export type NearbyDevice = z.infer<typeof NearbyDevice>

/** Whether this device is visible to everyone on the local network. */
export const Visibility = z.object({
  /** The visible name; null if the device is not visible. */
  name: z.string().nullable(),
  until: Timestamp.nullable(),
  /** Why the device is no longer visible although the user did not end it, as a sentence. */
  reason: z.string().nullable(),
})
export type Visibility = z.infer<typeof Visibility>
