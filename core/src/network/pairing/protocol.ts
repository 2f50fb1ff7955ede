import { z } from 'zod'
import { DeviceCard } from '../registry/device-card.ts'

/** Salt and first field of everything that is derived or signed; counts up with every change of the protocol. */
export const LABEL = 'spacedrive/pairing/1'
/** The largest message, a device with its addresses, is far smaller. */
export const MAX_FRAME_BYTES = 8_192
/** Why one side ended it. The other one says it in its own words: it shows no text of a stranger. */
export const refusals = ['proof', 'used', 'attempts', 'expired', 'cancelled', 'self', 'store'] as const
export type Refusal = (typeof refusals)[number]

const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length, `not ${length} bytes`)

/** Who is at the other end, as it says itself; the id is signed as text. */
const Device = DeviceCard.refine(({ id }) => id === id.toLowerCase(), 'a device id in lower case')

/** Joiner to inviter: I have the words. */
export const PairingRequest = z.object({
  type: z.literal('request'),
  session: bytes(16),
  /** X25519 public key of this attempt. */
  ephemeral: bytes(32),
  /** SHA-256 of the nonce that the response reveals. */
  commitment: bytes(32),
  device: Device,
})
export type PairingRequest = z.infer<typeof PairingRequest>

/** Inviter to joiner: so have I; prove it. */
export const Challenge = z.object({
  type: z.literal('challenge'),
  ephemeral: bytes(32),
  challenge: bytes(32),
  device: Device,
  signature: bytes(64),
  mac: bytes(32),
  /** Whether nobody compares the number over there. */
  unattended: z.boolean(),
})
export type Challenge = z.infer<typeof Challenge>

/** Joiner to inviter. */
export const Response = z.object({
  type: z.literal('response'),
  nonce: bytes(32),
  signature: bytes(64),
  mac: bytes(32),
  unattended: z.boolean(),
})
export type Response = z.infer<typeof Response>

/** Inviter to joiner: stored. */
export const Complete = z.object({ type: z.literal('complete') })
export type Complete = z.infer<typeof Complete>
/** Joiner to inviter: stored, too. */
export const Done = z.object({ type: z.literal('done') })
export type Done = z.infer<typeof Done>
