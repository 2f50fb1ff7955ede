import { z } from 'zod'
import { DeviceId } from './ids.ts'
import { Timestamp } from './time.ts'

/**
 * The state of an offer. `comparing`: two strangers compare a number before the files are listed. `waiting`: for an
 * answer. `accepted`: the files are on their way. `completed`: they have arrived. `declined`, `withdrawn`, `expired`,
 * `cancelled`: the offer has ended without all files. `failed`: the files could not be fetched.
 */
export const offerStates = [
  'comparing',
  'waiting',
  'accepted',
  'completed',
  'declined',
  'withdrawn',
  'expired',
  'failed',
  'cancelled',
] as const
export type OfferState = (typeof offerStates)[number]

/** Files that one device offers to another, which accepts or declines them. */
export const Offer = z.object({
  id: z.uuid(),
  /** `in`: to this device. */
  direction: z.enum(['in', 'out']),
  from: z.object({ id: DeviceId, name: z.string() }),
  to: z.object({ id: DeviceId, name: z.string() }),
  /** The two devices are not paired: the other one chose its name itself, and its id was made for this offer. */
  isStranger: z.boolean(),
  /** Six digits that both screens show while they are compared. */
  number: z.string().nullable(),
  /** The user of this device has confirmed the number; the user of the other device may not have done so yet. */
  confirmed: z.boolean(),
  /** The sender's name as typed there. Null: the name of the device is enough. */
  sender: z.string().nullable(),
  /** Number of files, not counting folders. */
  items: z.number(),
  bytes: z.number(),
  /** The first files and folders that were chosen. */
  names: z.array(z.string()),
  state: z.enum(offerStates),
  /** The transfer of the files; null if there is none, or if it is not on this device. */
  transfer: z.string().nullable(),
  /** Bytes transferred so far; known if the transfer runs on this device or goes to the other one. */
  bytesDone: z.number(),
  /** Why it failed, as a sentence. */
  reason: z.string().nullable(),
  /** The first files that did not arrive, by their paths below the offered item. */
  failures: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  /**
   * For an offer to this device: the folder for its files, unless the user names another one. Null if no files will
   * arrive.
   */
  folder: z.string().nullable(),
  createdAt: Timestamp,
  /** The time after which it can no longer be accepted. */
  expiresAt: Timestamp,
})
export type Offer = z.infer<typeof Offer>
