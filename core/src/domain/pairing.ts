import { z } from 'zod'
import { DeviceId } from './ids.ts'
import { Timestamp } from './time.ts'

/**
 * How far a pairing is. The side with the code goes through all of them; the other one begins with `waiting`, while it
 * looks for that device. `completed` and what follows are the end.
 */
export const pairingStates = [
  'idle',
  'code-issued',
  'waiting',
  'challenge-issued',
  'response-verified',
  'awaiting-confirmation',
  'completed',
  'failed',
  'expired',
  'cancelled',
] as const
export const PairingState = z.enum(pairingStates)
export type PairingState = z.infer<typeof PairingState>

/** The pairing that is going on, or the last one. It never holds the words. */
export const PairingStatus = z.object({
  state: PairingState,
  /** Who made the code: this device or the other one; null where nothing was paired since the start. */
  role: z.enum(['inviter', 'joiner']).nullable(),
  /** Tells one pairing from the next. */
  session: z.string().nullable(),
  /** The other device, once it has proved the words and its key. */
  device: z.object({ id: DeviceId, name: z.string(), os: z.string() }).nullable(),
  /** Six digits that both screens show. */
  number: z.string().nullable(),
  /** Whether somebody here has confirmed it, or nobody has to. */
  confirmed: z.boolean(),
  /** Whether nobody compares the number at the other device. */
  unattended: z.boolean(),
  /** When the code, or the time to compare, is over. */
  expiresAt: Timestamp.nullable(),
  attemptsLeft: z.number().nullable(),
  /** A sentence: why it failed, or what to see to although it is completed. */
  reason: z.string().nullable(),
})
export type PairingStatus = z.infer<typeof PairingStatus>
