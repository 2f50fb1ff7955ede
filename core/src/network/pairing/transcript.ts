import { createHmac, hkdfSync } from 'node:crypto'
import type { PeerKey } from '../../domain/ids.ts'
import { isSignedBy } from '../identity/ed25519.ts'
import type { DeviceCard } from '../registry/device-card.ts'
import { KEY_BYTES, sharedSecret } from './x25519.ts'
import type { CodeKeys } from './pairing-code.ts'
import { framed, hashOf, isSame, numberOf } from '../wire/transcript-hash.ts'
import { LABEL } from './protocol.ts'

/** Length of the challenge, and of the nonce that the joiner commits to, in bytes. */
export const NONCE_BYTES = 32

export type Role = 'inviter' | 'joiner'

/** All data that both sides have exchanged up to the challenge. */
export interface Said {
  readonly code: CodeKeys
  /** The key of the joiner's endpoint, which the transport has proved. */
  readonly joinerEndpoint: Uint8Array
  readonly inviterEphemeral: Uint8Array
  readonly joinerEphemeral: Uint8Array
  readonly commitment: Uint8Array
  readonly challenge: Uint8Array
  readonly inviter: DeviceCard
  readonly joiner: DeviceCard
}

/** SHA-256 over every field. Before each field is its length as an unsigned 32-bit big-endian number. */
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

/** Keys that only devices that know the words and took part in the exchange can compute. */
export interface PairingKeys {
  readonly mac: Readonly<Record<Role, Uint8Array>>
  /** The secret by which the two devices find each other later. */
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

/** The HMAC-SHA256 that proves the shared key. */
export function confirmation(keys: PairingKeys, role: Role, transcript: Uint8Array): Uint8Array {
  return createHmac('sha256', keys.mac[role]).update(transcript).digest()
}

export function commitmentTo(nonce: Uint8Array): Uint8Array {
  return hashOf([`${LABEL} commitment`, nonce])
}

/** The bytes that a side signs with its long-term key. */
export function signedBytes(role: Role, transcript: Uint8Array): Uint8Array {
  return Buffer.concat([framed(`${LABEL} ${role}`), framed(transcript)])
}

/** Whether a side has proved both its long-term key and the key derived from the words. */
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

/** The signature and MAC by which a side proves itself. */
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
 * The six digits that both screens show. The joiner commits to its nonce before it knows the challenge, so an attacker
 * in between cannot try keys until the numbers are equal.
 */
export function shortNumber(transcript: Uint8Array, nonce: Uint8Array): string {
  return numberOf(hashOf([`${LABEL} number`, transcript, nonce]))
}
