import { CoreError } from '../../util/errors.ts'
import type { DialHints } from '../transport/transport.ts'
import { Conversation } from '../wire/conversation.ts'
import { KEY_BYTES, publicKeyOf } from './x25519.ts'
import { describeSelf, isSelf, type Paired, type PairingDeps } from './deps.ts'
import { findInviter } from './find-inviter.ts'
import type { CodeKeys } from './pairing-code.ts'
import { Challenge, Complete, type Done, type PairingRequest, type Refusal, type Response } from './protocol.ts'
import type { DeviceCard } from '../registry/device-card.ts'
import { pairingConversation, RefusedError, refusalOf } from './refusal.ts'
import type { PairingSession } from './session.ts'
import {
  commitmentTo,
  isProved,
  NONCE_BYTES,
  type PairingKeys,
  pairingKeys,
  proof,
  shortNumber,
  transcriptOf,
} from './transcript.ts'

export interface JoinOptions {
  readonly code: CodeKeys
  readonly known: readonly DialHints[]
  readonly session: PairingSession
  readonly autoAccept: boolean
  readonly deps: PairingDeps
}

/** The side that types the words. Resolves when both sides have stored each other; throws if they have not. */
export async function joinWithCode(options: JoinOptions): Promise<Paired> {
  const { code, deps, known, session } = options
  const { confirmMs, lingerMs, stepMs: ms } = deps.limits
  const { signal } = session
  // A random key, because the long-term key is shown only inside the connection.
  await using transport = await deps.openTransport(deps.randomBytes(KEY_BYTES))
  const link = await findInviter({ transport, code, known, signal, deps })
  const conversation = await Conversation.open(link, pairingConversation, { ms, signal })
  let isAgreed = false
  try {
    const proved = await prove(conversation, { ...options, endpoint: Buffer.from(transport.key, 'hex') })
    const { device, number, unattended } = proved
    session.verified({ device, number, unattended, confirmMs })
    session.update({ state: 'awaiting-confirmation' })
    await conversation.agree(session.decided, { ms: confirmMs, signal })
    isAgreed = true
    await conversation.receive(Complete, { ms, signal })
    await deps.store({ card: device, discoverySecret: proved.keys.discovery })
    await conversation.leave({ type: 'done' } satisfies Done, lingerMs)
    return { device, isAcknowledged: true }
  } catch (err) {
    await conversation.refuse(err instanceof WrongProofError ? err.refusal : refusalOf(err, session), lingerMs)
    throw isAgreed && isLost(err) ? oneSided(session, err) : err
  }
}

interface Proved {
  readonly device: DeviceCard
  readonly keys: PairingKeys
  readonly number: string
  readonly unattended: boolean
}

async function prove(
  conversation: Conversation<Refusal>,
  { autoAccept, code, deps, endpoint, session }: JoinOptions & { readonly endpoint: Uint8Array },
): Promise<Proved> {
  const self = deps.self()
  const secret = deps.randomBytes(KEY_BYTES)
  const nonce = deps.randomBytes(NONCE_BYTES)
  const request: PairingRequest = {
    type: 'request',
    session: code.session,
    ephemeral: publicKeyOf(secret),
    commitment: commitmentTo(nonce),
    device: describeSelf(self),
  }
  const wait = { ms: deps.limits.stepMs, signal: session.signal }
  await conversation.send(request, wait)
  const challenge = await conversation.receive(Challenge, wait)
  const { device, ephemeral, mac, signature, unattended } = challenge
  if (isSelf(self, device)) throw new WrongProofError('self')
  session.update({ state: 'challenge-issued' })
  const transcript = transcriptOf({
    code,
    joinerEndpoint: endpoint,
    inviterEphemeral: ephemeral,
    joinerEphemeral: request.ephemeral,
    commitment: request.commitment,
    challenge: challenge.challenge,
    inviter: device,
    joiner: request.device,
  })
  const keys = pairingKeys({ code, secret, otherEphemeral: ephemeral, transcript })
  if (!isProved({ role: 'inviter', key: device.key, keys, transcript, signature, mac })) {
    throw new WrongProofError('proof')
  }
  const response = {
    type: 'response',
    nonce,
    unattended: autoAccept,
    ...(await proof({ role: 'joiner', keys, transcript, sign: (message) => self.sign(message) })),
  } satisfies Response
  await conversation.send(response, wait)
  return { device, keys, number: shortNumber(transcript, nonce), unattended }
}

/** The device that answered could not prove that it made the code, or has the identity of this device. */
class WrongProofError extends CoreError {
  readonly refusal: 'proof' | 'self'
  constructor(refusal: 'proof' | 'self') {
    super(
      refusal === 'self' ? 'Conflict' : 'NotAuthorised',
      refusal === 'self'
        ? 'this is a code of this device, or of a copy of its data folder; type it on another device'
        : 'the device that answered could not prove that it made the code; make a new one there',
    )
    this.refusal = refusal
  }
}

function isLost(err: unknown): boolean {
  return (
    !(err instanceof RefusedError) && err instanceof CoreError && (err.code === 'Unavailable' || err.code === 'Timeout')
  )
}

/** The other side may have stored this device but could not report it. */
function oneSided(session: PairingSession, cause: unknown): CoreError {
  const name = session.status.device?.name ?? 'the other device'
  return new CoreError(
    'Unavailable',
    `the connection was lost in the last step: ${name} may have stored the pairing, this device has not; pair the devices again`,
    { cause },
  )
}
