import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { PeerKey } from '../../domain/ids.ts'

/** Length of an Ed25519 seed, and also of a public key (RFC 8032 §5.1.5). */
export const SEED_BYTES = 32
/** The DER bytes before the 32 bytes of a key in PKCS #8 and SubjectPublicKeyInfo (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex')

export function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
}

export function peerKeyOf(seed: Uint8Array): PeerKey {
  const spki = createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' })
  return PeerKey.parse(spki.subarray(SPKI_HEAD.length).toString('hex'))
}

/** The Ed25519 signature, 64 bytes. */
export function signWith(seed: Uint8Array, message: Uint8Array): Uint8Array {
  return sign(null, message, privateKeyOf(seed))
}

/** Whether the signature was made for this message with the private key that belongs to `key`. */
export function isSignedBy(key: PeerKey, message: Uint8Array, signature: Uint8Array): boolean {
  const spki = Buffer.concat([SPKI_HEAD, Buffer.from(key, 'hex')])
  return verify(null, message, createPublicKey({ key: spki, format: 'der', type: 'spki' }), signature)
}
