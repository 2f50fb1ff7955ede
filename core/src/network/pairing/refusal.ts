import { CoreError, type ErrorCode } from '../../util/errors.ts'
import type { ConversationOptions } from '../wire/conversation.ts'
import { MAX_FRAME_BYTES, type Refusal, refusals } from './protocol.ts'
import { ExpiredError, type PairingSession } from './session.ts'

const NEW_CODE = 'ask for a new code there'

const sentences: Readonly<Record<Refusal, readonly [ErrorCode, string]>> = {
  proof: ['NotAuthorised', `the other device found the proof of the words wrong; ${NEW_CODE}`],
  used: ['Conflict', `another device has used this code already; ${NEW_CODE}`],
  attempts: ['NotAuthorised', `the pairing code was withdrawn after too many wrong attempts; ${NEW_CODE}`],
  expired: ['Timeout', `the time of this code is over; ${NEW_CODE}`],
  cancelled: ['Cancelled', 'the pairing was cancelled at the other device'],
  self: ['Conflict', 'this is a code of this device, or of a copy of its data folder; type it on another device'],
  store: ['Unavailable', 'the other device could not store this one; its log says why'],
}

/** A refusal by the other side, as a message for the user here. */
export class RefusedError extends CoreError {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    const [code, message] = sentences[refusal]
    super(code, message)
    this.refusal = refusal
  }
}

/** The limits and refusals of a pairing conversation. */
export const pairingConversation: ConversationOptions<Refusal> = {
  maxFrameBytes: MAX_FRAME_BYTES,
  refusals,
  refused: (reason) => new RefusedError(reason),
  goodbye: 'pairing has ended',
}

/** The refusal to send to the other side after an error here. */
export function refusalOf(err: unknown, session: PairingSession): Refusal {
  const reason: unknown = session.signal.aborted ? session.signal.reason : err
  if (reason instanceof ExpiredError) return 'expired'
  if (reason instanceof RefusedError) return 'cancelled'
  return session.signal.aborted ? 'cancelled' : 'store'
}
