import { createPublicKey, generateKeyPairSync, type KeyObject, sign, type X509Certificate } from 'node:crypto'

/** The key of one side of one bulk connection. It is used once. */
export interface SessionKey {
  /** Raw Ed25519 public key, 64 hex digits. The other side gets it over the link. */
  readonly publicKey: string
  /** The private key, as PEM. */
  readonly key: string
  readonly cert: string
}

/** A new Ed25519 key with its own certificate. TLS requires a certificate, but only the key in it is checked. */
export function makeSessionKey(): SessionKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  return {
    publicKey: rawKey(createPublicKey(privateKey)),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }),
    cert: selfSigned(privateKey),
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

/**
 * The smallest X.509 version 3 certificate that TLS 1.3 accepts (RFC 5280, RFC 8410): a fixed name, no expiry, no
 * extensions.
 */
function selfSigned(privateKey: KeyObject): string {
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const name = sequence(der(0x31, sequence(hex('0603550403'), der(0x0c, Buffer.from('bulk')))))
  const validity = sequence(der(0x17, Buffer.from('700101000000Z')), der(0x18, Buffer.from('99991231235959Z')))
  const version = der(0xa0, hex('020102'))
  const serial = der(0x02, hex('01'))
  const body = sequence(version, serial, ED25519, name, validity, name, spki)
  const certificate = sequence(body, ED25519, der(0x03, Buffer.concat([hex('00'), sign(null, body, privateKey)])))
  return `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`
}

function hex(digits: string): Buffer {
  return Buffer.from(digits, 'hex')
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

/** The algorithm identifier 1.3.101.112. */
const ED25519 = sequence(hex('06032b6570'))
