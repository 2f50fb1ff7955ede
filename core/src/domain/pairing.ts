import { z } from 'zod'
import { DeviceId } from './ids.ts'
import { Timestamp } from './time.ts'

/**
 * The state of a pairing. The inviter goes through all states; the joiner begins with `waiting`, while it looks for the
 * inviter. `completed` and the states after it are final.
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

/** The current pairing, or the last one. It never contains the words of the code. */
export const PairingStatus = z.object({
  state: PairingState,
  /** The role of this device; null if there was no pairing since the start. */
  role: z.enum(['inviter', 'joiner']).nullable(),
  /** Identifies the pairing. */
  session: z.string().nullable(),
  /** The other device, known after it has proved that it has the words and its key. */
  device: z.object({ id: DeviceId, name: z.string(), os: z.string() }).nullable(),
  /** Six digits that both screens show, for the users to compare. */
  number: z.string().nullable(),
  /** Whether the user of this device has confirmed the number, or does not need to. */
  confirmed: z.boolean(),
  /** Whether the other device accepts without asking a user, so that the number is not compared there. */
  unattended: z.boolean(),
  /** When the code, or the time for comparing, expires. */
  expiresAt: Timestamp.nullable(),
  attemptsLeft: z.number().nullable(),
  /** Why the pairing failed, or a problem that remains although it is completed, as a sentence. */
  reason: z.string().nullable(),
})
export type PairingStatus = z.infer<typeof PairingStatus>
