import { z } from 'zod'
import { DeviceCard } from '../registry/device-card.ts'

/** Salt, and first field of all derived or signed data. Its number increases with every change of the protocol. */
export const LABEL = 'spacedrive/pairing/1'
/** Largest message, in bytes. Real messages, such as a device with its addresses, are far smaller. */
export const MAX_FRAME_BYTES = 8_192
/** The reasons for a refusal. Each side shows its own sentence for a reason, so that no text of a stranger is shown. */
export const refusals = ['proof', 'used', 'attempts', 'expired', 'cancelled', 'self', 'store'] as const
export type Refusal = (typeof refusals)[number]

const bytes = (length: number) =>
  z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === length, `not ${length} bytes`)

/** The device at the other end, as it describes itself. The id is signed as text, so it must be in lower case. */
const Device = DeviceCard.refine(({ id }) => id === id.toLowerCase(), 'a device id in lower case')

/** Joiner to inviter: claims to know the words. */
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

/** Inviter to joiner: proves that it knows the words, and asks for the same proof. */
export const Challenge = z.object({
  type: z.literal('challenge'),
  ephemeral: bytes(32),
  challenge: bytes(32),
  device: Device,
  signature: bytes(64),
  mac: bytes(32),
  /** Whether the other side accepts without showing the number to its user. */
  unattended: z.boolean(),
})
export type Challenge = z.infer<typeof Challenge>

/** Joiner to inviter: the proof. */
export const Response = z.object({
  type: z.literal('response'),
  nonce: bytes(32),
  signature: bytes(64),
  mac: bytes(32),
  unattended: z.boolean(),
})
export type Response = z.infer<typeof Response>

/** Inviter to joiner: this device has stored the joiner. */
export const Complete = z.object({ type: z.literal('complete') })
export type Complete = z.infer<typeof Complete>
/** Joiner to inviter: this device has stored the inviter. */
export const Done = z.object({ type: z.literal('done') })
export type Done = z.infer<typeof Done>
