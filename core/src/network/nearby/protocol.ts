import { z } from 'zod'
import { CoreError, type ErrorCode } from '../../util/errors.ts'
import { MAX_NAME } from '../registry/device-card.ts'
import type { Manners } from '../wire/conversation.ts'

/** First field of everything that is hashed; counts up with every change of the protocol. */
export const LABEL = 'spacedrive/spacedrop/1'
/** Bytes of what each side draws. */
export const NONCE_BYTES = 32
/** The largest message, a greeting, is far smaller. */
const MAX_FRAME_BYTES = 2_048
const MAX_WORD = 64

const bytes = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length === NONCE_BYTES,
  `not ${NONCE_BYTES} bytes`,
)
/** How a device calls itself; both sides hash what was sent, so nothing is changed of it. */
const self = { name: z.string().min(1).max(MAX_NAME), os: z.string().max(MAX_WORD) }

/** Sender to receiver: I have something for you; this is fixed on my side. */
export const Greeting = z.object({
  type: z.literal('greeting'),
  /** The offer that follows, if it comes to that. */
  offer: z.uuid(),
  ...self,
  /** SHA-256 of the nonce that is revealed. */
  commitment: bytes,
})
export type Greeting = z.infer<typeof Greeting>

/** Sender to receiver, instead of a greeting: the connection was lost, and the number was compared before. */
export const Again = z.object({ type: z.literal('again'), offer: z.uuid() })
export type Again = z.infer<typeof Again>

export const First = z.discriminatedUnion('type', [Greeting, Again])

/** Receiver to sender. */
export const Answer = z.object({ type: z.literal('answer'), ...self, nonce: bytes })
export type Answer = z.infer<typeof Answer>

/** Sender to receiver: what was committed to. */
export const Reveal = z.object({ type: z.literal('reveal'), nonce: bytes })
export type Reveal = z.infer<typeof Reveal>

/** Receiver to sender: go on. */
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

/** What a person here is told of a refusal from the other side. */
export class RefusedNearbyError extends CoreError {
  constructor(refusal: Refusal) {
    super(...sentences[refusal])
  }
}

/** How two devices that are not paired meet for one drop. */
export const nearbyManners: Manners<Refusal> = {
  maxFrameBytes: MAX_FRAME_BYTES,
  refusals,
  refused: (reason) => new RefusedNearbyError(reason),
  goodbye: 'the drop is over',
}
