import type { PeerKey } from '../../domain/index.ts'
import type { Conversation, Wait } from '../wire/conversation.ts'
import { hashOf, isSame, numberOf } from '../wire/transcript-hash.ts'
import { Answer, type Greeting, LABEL, NONCE_BYTES, type Refusal, RefusedNearbyError, Reveal } from './protocol.ts'

/** The name and platform that a device gives itself. */
export interface Self {
  readonly name: string
  readonly os: string
}

/** All data that both sides have exchanged. */
export interface Said {
  /** The keys of both ends of the connection, which the transport has proved. */
  readonly senderKey: PeerKey
  readonly receiverKey: PeerKey
  readonly offer: string
  readonly sender: Self
  readonly receiver: Self
  readonly commitment: Uint8Array
  readonly receiverNonce: Uint8Array
  readonly senderNonce: Uint8Array
}

/** The other device, and the number to compare. */
export interface Greeted {
  readonly other: Self
  readonly number: string
}

/** The input of one side. */
export interface GreetDeps {
  readonly own: Self
  readonly ownKey: PeerKey
  readonly randomBytes: (count: number) => Uint8Array
}

/**
 * The side that sends files. It commits to its nonce before it sees the other nonce. Throws the refusal of the other
 * side.
 */
export async function greetReceiver(
  conversation: Conversation<Refusal>,
  { offer, own, ownKey, randomBytes }: GreetDeps & { readonly offer: string },
  wait: Wait,
): Promise<Greeted> {
  const senderNonce = randomBytes(NONCE_BYTES)
  const commitment = commitmentTo(senderNonce)
  await conversation.send({ type: 'greeting', offer, ...own, commitment } satisfies Greeting, wait)
  const { name, nonce, os } = await conversation.receive(Answer, wait)
  await conversation.send({ type: 'reveal', nonce: senderNonce } satisfies Reveal, wait)
  const receiver = { name, os }
  const said = { offer, commitment, senderNonce, receiverNonce: nonce, sender: own, receiver }
  return { other: receiver, number: shortNumber({ ...said, senderKey: ownKey, receiverKey: conversation.link.key }) }
}

/** The visible side, after it has received the greeting. Throws if the revealed nonce does not match the commitment. */
export async function greetSender(
  conversation: Conversation<Refusal>,
  { greeting, own, ownKey, randomBytes }: GreetDeps & { readonly greeting: Greeting },
  wait: Wait,
): Promise<Greeted> {
  const { commitment, name, offer, os } = greeting
  const receiverNonce = randomBytes(NONCE_BYTES)
  await conversation.send({ type: 'answer', ...own, nonce: receiverNonce } satisfies Answer, wait)
  const { nonce: senderNonce } = await conversation.receive(Reveal, wait)
  if (!isSame(commitmentTo(senderNonce), commitment)) throw new RefusedNearbyError('proof')
  const sender = { name, os }
  const said = { offer, commitment, senderNonce, receiverNonce, sender, receiver: own }
  return { other: sender, number: shortNumber({ ...said, senderKey: conversation.link.key, receiverKey: ownKey }) }
}

export function commitmentTo(nonce: Uint8Array): Uint8Array {
  return hashOf([`${LABEL} commitment`, nonce])
}

/**
 * The six digits that both screens show. Neither side can choose them: the sender commits to its nonce before it sees
 * the receiver's, and the receiver sends its nonce before it knows the sender's.
 */
export function shortNumber(said: Said): string {
  const { commitment, offer, receiver, receiverKey, receiverNonce, sender, senderKey, senderNonce } = said
  return numberOf(
    hashOf([
      `${LABEL} number`,
      Buffer.from(senderKey, 'hex'),
      Buffer.from(receiverKey, 'hex'),
      offer,
      sender.name,
      sender.os,
      receiver.name,
      receiver.os,
      commitment,
      receiverNonce,
      senderNonce,
    ]),
  )
}
