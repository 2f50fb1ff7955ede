import { z } from 'zod'
import { CoreError, type ErrorCode } from '../../util/errors.ts'
import { MAX_NAME } from '../registry/device-card.ts'
import type { ConversationOptions } from '../wire/conversation.ts'

/** First field of all hashed data. Its number increases with every change of the protocol. */
export const LABEL = 'spacedrive/spacedrop/1'
/** Length of the random nonce of each side, in bytes. */
export const NONCE_BYTES = 32
/** Largest message, in bytes. Real messages, such as a greeting, are far smaller. */
const MAX_FRAME_BYTES = 2_048
const MAX_WORD = 64

const bytes = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length === NONCE_BYTES,
  `not ${NONCE_BYTES} bytes`,
)
/** The name and platform that a device gives itself. Both sides hash these texts, so they are never changed. */
const self = { name: z.string().min(1).max(MAX_NAME), os: z.string().max(MAX_WORD) }

/** Sender to receiver: wants to send files, and commits to its nonce. */
export const Greeting = z.object({
  type: z.literal('greeting'),
  /** The id of the offer that follows. */
  offer: z.uuid(),
  ...self,
  /** SHA-256 of the nonce that `reveal` contains. */
  commitment: bytes,
})
export type Greeting = z.infer<typeof Greeting>

/** Sender to receiver, instead of a greeting: reconnects after the number was confirmed. */
export const Again = z.object({ type: z.literal('again'), offer: z.uuid() })
export type Again = z.infer<typeof Again>

export const First = z.discriminatedUnion('type', [Greeting, Again])

/** Receiver to sender: its own name and nonce. */
export const Answer = z.object({ type: z.literal('answer'), ...self, nonce: bytes })
export type Answer = z.infer<typeof Answer>

/** Sender to receiver: the nonce of the commitment. */
export const Reveal = z.object({ type: z.literal('reveal'), nonce: bytes })
export type Reveal = z.infer<typeof Reveal>

/** Receiver to sender: accepts the reconnection. */
export const Welcome = z.object({ type: z.literal('welcome') })
export type Welcome = z.infer<typeof Welcome>

const refusals = ['busy', 'declined', 'expired', 'withdrawn', 'proof', 'unknown', 'stopped'] as const
export type Refusal = (typeof refusals)[number]

const sentences: Readonly<Record<Refusal, readonly [ErrorCode, string]>> = {
  busy: ['Unavailable', 'the other device is being asked by too many at once; try again in a minute'],
  declined: ['NotAuthorised', 'the other device said no: the numbers differ, or nobody there wants it'],
  expired: ['Timeout', 'nobody compared the number at the other device in time'],
  withdrawn: ['Cancelled', 'the other device has taken it back'],
  proof: ['NotAuthorised', 'the other device did not keep to what it had committed to; somebody may be in between'],
  unknown: ['NotFound', 'the other device knows nothing of it any more'],
  stopped: ['Unavailable', 'the other device is not to be seen any more'],
}

/** A refusal by the other side, as a message for the user here. */
export class RefusedNearbyError extends CoreError {
  constructor(refusal: Refusal) {
    super(...sentences[refusal])
  }
}

/** The limits and refusals of a conversation with a stranger. */
export const nearbyConversation: ConversationOptions<Refusal> = {
  maxFrameBytes: MAX_FRAME_BYTES,
  refusals,
  refused: (reason) => new RefusedNearbyError(reason),
  goodbye: 'the drop is over',
}
