import { z } from 'zod'
import { DeviceId } from './ids.ts'
import { Timestamp } from './time.ts'

/**
 * Where an offer is: strangers are `comparing` a number before anything is told of the files; it `waits` for somebody to answer; it was accepted, and its files are on their way; they are all
 * there; it was declined, withdrawn or forgotten; or its files could not be had.
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

/** Files that one device offers to another, which takes them or does not. */
export const Offer = z.object({
  id: z.uuid(),
  /** `in`: to this device. */
  direction: z.enum(['in', 'out']),
  from: z.object({ id: DeviceId, name: z.string() }),
  to: z.object({ id: DeviceId, name: z.string() }),
  /** The two devices are not paired: the name of the other one is what it says, and its id was made for this offer. */
  isStranger: z.boolean(),
  /** Six digits that both screens show, while they are to be compared. */
  number: z.string().nullable(),
  /** Somebody here has said that they are the same; the other device may still wait for its person. */
  confirmed: z.boolean(),
  /** Who says to send them: whatever was typed there. Null: the device says it all. */
  sender: z.string().nullable(),
  /** Files, without the folders they are in. */
  items: z.number(),
  bytes: z.number(),
  /** The first of the files and folders that were chosen. */
  names: z.array(z.string()),
  state: z.enum(offerStates),
  /** The transfer that brings them; null where there is none, or not here. */
  transfer: z.string().nullable(),
  /** Bytes that have gone over; known where the transfer runs here or to there. */
  bytesDone: z.number(),
  /** Why it came to nothing, a sentence. */
  reason: z.string().nullable(),
  /** The first files that did not arrive, by their paths below the offered item. */
  failures: z.array(z.object({ path: z.string(), code: z.string(), message: z.string() })),
  /**
   * For an offer to this device: the folder for its files, unless the user names another one. Null if no files will
   * arrive.
   */
  folder: z.string().nullable(),
  createdAt: Timestamp,
  /** When nobody can accept it any more. */
  expiresAt: Timestamp,
})
export type Offer = z.infer<typeof Offer>
