import { createHmac, hkdfSync } from 'node:crypto'
import type { PeerKey } from '../../domain/network.ts'
import { isSignedBy } from '../identity/ed25519.ts'
import type { DeviceCard } from '../registry/device-card.ts'
import { KEY_BYTES, sharedSecret } from './x25519.ts'
import type { CodeKeys } from './pairing-code.ts'
import { framed, hashOf, isSame, numberOf } from '../wire/transcript-hash.ts'
import { LABEL } from './protocol.ts'

/** Bytes of the challenge and of the nonce that the joiner commits to. */
export const NONCE_BYTES = 32

export type Role = 'inviter' | 'joiner'

/** All that both sides have said and seen up to the challenge. */
export interface Said {
  readonly code: CodeKeys
  /** Key of the joiner's end of the connection, as the transport proved it. */
  readonly joinerEndpoint: Uint8Array
  readonly inviterEphemeral: Uint8Array
  readonly joinerEphemeral: Uint8Array
  readonly commitment: Uint8Array
  readonly challenge: Uint8Array
  readonly inviter: DeviceCard
  readonly joiner: DeviceCard
}

/** SHA-256 over every field, each behind its length as an unsigned 32-bit number, the most significant byte first. */
export function transcriptOf(said: Said): Uint8Array {
  return hashOf([
    LABEL,
    said.code.session,
    Buffer.from(said.code.endpointKey, 'hex'),
    said.joinerEndpoint,
    said.inviterEphemeral,
    said.joinerEphemeral,
    said.commitment,
    said.challenge,
    ...fieldsOf('inviter', said.inviter),
    ...fieldsOf('joiner', said.joiner),
  ])
}

function fieldsOf(role: Role, { id, key, name, os }: DeviceCard): (string | Uint8Array)[] {
  return [role, id, Buffer.from(key, 'hex'), name, os]
}

/** What both sides can compute, and a stranger to either the words or the exchange cannot. */
export interface PairingKeys {
  readonly mac: Readonly<Record<Role, Uint8Array>>
  /** What these two devices find each other by from then on. */
  readonly discovery: Uint8Array
}

export function pairingKeys(of: {
  code: CodeKeys
  secret: Uint8Array
  otherEphemeral: Uint8Array
  transcript: Uint8Array
}): PairingKeys {
  const material = Buffer.concat([sharedSecret(of.secret, of.otherEphemeral), of.code.secret])
  const derive = (info: string) =>
    new Uint8Array(hkdfSync('sha256', material, of.transcript, `${LABEL} ${info}`, KEY_BYTES))
  return {
    mac: { inviter: derive('mac inviter'), joiner: derive('mac joiner') },
    discovery: derive('discovery'),
  }
}

/** HMAC-SHA256 that confirms the key. */
export function confirmation(keys: PairingKeys, role: Role, transcript: Uint8Array): Uint8Array {
  return createHmac('sha256', keys.mac[role]).update(transcript).digest()
}

export function commitmentTo(nonce: Uint8Array): Uint8Array {
  return hashOf([`${LABEL} commitment`, nonce])
}

/** What the long-term key of a side signs. */
export function signedBytes(role: Role, transcript: Uint8Array): Uint8Array {
  return Buffer.concat([framed(`${LABEL} ${role}`), framed(transcript)])
}

/** Whether a side has both keys: its own long-term one, and the one of the words. */
export function isProved(of: {
  role: Role
  key: PeerKey
  keys: PairingKeys
  transcript: Uint8Array
  signature: Uint8Array
  mac: Uint8Array
}): boolean {
  const { role, key, transcript, signature } = of
  const isMac = isSame(of.mac, confirmation(of.keys, role, transcript))
  return isSignedBy(key, signedBytes(role, transcript), signature) && isMac
}

/** What a side proves itself with. */
export async function proof(of: {
  role: Role
  keys: PairingKeys
  transcript: Uint8Array
  sign: (message: Uint8Array) => Promise<Uint8Array>
}): Promise<{ signature: Uint8Array; mac: Uint8Array }> {
  const { role, keys, transcript } = of
  return { signature: await of.sign(signedBytes(role, transcript)), mac: confirmation(keys, role, transcript) }
}

/**
 * The six digits both screens show. The joiner's nonce was fixed by its commitment before the challenge was known, so
 * that somebody in the middle cannot try keys until the numbers agree.
 */
export function shortNumber(transcript: Uint8Array, nonce: Uint8Array): string {
  return numberOf(hashOf([`${LABEL} number`, transcript, nonce]))
}
