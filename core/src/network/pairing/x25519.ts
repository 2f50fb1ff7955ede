import { createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import { CoreError } from '../../util/errors.ts'

/** Length of a secret key, a public key and a shared secret, in bytes (RFC 7748 §6.1). */
export const KEY_BYTES = 32
/** The DER bytes before the 32 bytes of a key in PKCS #8 and SubjectPublicKeyInfo (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b656e04220420', 'hex')
const SPKI_HEAD = Buffer.from('302a300506032b656e032100', 'hex')

export function publicKeyOf(secret: Uint8Array): Uint8Array {
  return createPublicKey(privateKey(secret)).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES)
}

/** Throws `InvalidInput` for a public key of small order, because the result would not be secret. */
export function sharedSecret(secret: Uint8Array, other: Uint8Array): Uint8Array {
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI_HEAD, other]), format: 'der', type: 'spki' })
  try {
    return diffieHellman({ privateKey: privateKey(secret), publicKey })
  } catch (err) {
    throw new CoreError('InvalidInput', 'the other device sent an unsafe key', { cause: err })
  }
}

function privateKey(secret: Uint8Array) {
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, secret]), format: 'der', type: 'pkcs8' })
}
