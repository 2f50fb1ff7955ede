import { z } from 'zod'
import { DeviceId } from './ids.ts'
import { Timestamp } from './time.ts'

/**
 * The state of an offer. `comparing`: two strangers compare a number before the files are listed. `waiting`: the
 * answer is awaited. `accepted`: the files are on their way. `completed`: they have arrived. `declined`, `withdrawn`,
 * `expired`, `cancelled`: the offer has ended without all files. `failed`: the files could not be fetched.
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

/** Files that one device offers to another device, which accepts or declines them. */
export const Offer = z.object({
  id: z.uuid(),
  /** `in` if the files are offered to this device, `out` if this device offers them. */
  direction: z.enum(['in', 'out']),
  from: z.object({ id: DeviceId, name: z.string() }),
  to: z.object({ id: DeviceId, name: z.string() }),
  /**
   * Whether the two devices are not paired. The other device then chose its name itself, and its id was made for this
   * offer.
   */
  isStranger: z.boolean(),
  /** Six digits that both screens show while users compare them; otherwise null. */
  number: z.string().nullable(),
  /**
   * Whether the user of this device has confirmed the number. The user of the other device may not have done so yet.
   */
  confirmed: z.boolean(),
  /** The name that the sender typed; null if the sender typed none. */
  sender: z.string().nullable(),
  /** Number of files, not counting folders. */
  items: z.number(),
  bytes: z.number(),
  /** The first files and folders that were chosen. */
  names: z.array(z.string()),
  state: z.enum(offerStates),
  /** The transfer of the files; null if there is none, or if it is not on this device. */
  transfer: z.string().nullable(),
  /** Number of bytes transferred so far. Known if the transfer runs on this device, or goes to the other device. */
  bytesDone: z.number(),
  /** Why the offer failed, as a sentence. */
  reason: z.string().nullable(),
  /** The first files that did not arrive, by their paths below the offered item. */
  failures: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  /**
   * For an offer to this device: the folder for its files, unless the user chooses another one. Null if no files will
   * arrive.
   */
  folder: z.string().nullable(),
  createdAt: Timestamp,
  /** The time after which it can no longer be accepted. */
  expiresAt: Timestamp,
})
export type Offer = z.infer<typeof Offer>
