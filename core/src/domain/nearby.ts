import { z } from 'zod'
import { PeerKey } from './network.ts'
import { Timestamp } from './time.ts'

/** A device of the local network that lets everyone see it, paired or not. Nothing of it is proved. */
export const NearbyDevice = z.object({
  /** Made for the time in which it lets itself be seen. */
  key: PeerKey,
  /** As it calls itself. */
  name: z.string(),
  heardAt: Timestamp,
})
export type NearbyDevice = z.infer<typeof NearbyDevice>

/** Whether everyone on the local network sees this device. */
export const Visibility = z.object({
  /** What it is called there; null: nobody sees it. */
  name: z.string().nullable(),
  until: Timestamp.nullable(),
  /** Why it is seen no more, where nobody wanted that: a sentence. */
  reason: z.string().nullable(),
})
export type Visibility = z.infer<typeof Visibility>
