import { createPublicKey, generateKeyPairSync, type KeyObject, type X509Certificate } from 'node:crypto'

/** The key of one side, for one bulk connection only. */
export interface SessionKey {
  /** Raw Ed25519 public key, 64 hex digits. The other side gets it over the link. */
  readonly publicKey: string
  /** The private key, as PEM. */
  readonly key: string
}

/** A new Ed25519 key. */
export function makeSessionKey(): SessionKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: rawKey(createPublicKey(privateKey)),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
  }
}

/** The raw public key of a certificate; null if it is not an Ed25519 key. */
export function keyOfCertificate(certificate: X509Certificate): string | null {
  return certificate.publicKey.asymmetricKeyType === 'ed25519' ? rawKey(certificate.publicKey) : null
}

/** A raw Ed25519 key is the last 32 bytes of its SPKI form (RFC 8410). */
function rawKey(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex')
}
