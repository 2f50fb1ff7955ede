// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { KeyObject } from 'node:crypto'
import { isIP } from 'node:net'
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

export interface CertificateOptions {
  /** DNS names and IP addresses of the server. The first is the subject. */
  readonly names: readonly string[]
  readonly from: Date
  readonly until: Date
}

/** Both are PEM. */
export interface SignedKey {
  readonly key: string
  readonly certificate: string
}

/** Browsers do not support Ed25519. */
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/** A new key for a TLS server, with a self-signed certificate. Users compare the certificate's fingerprint. */
export async function makeSignedKey({ from, names, until }: CertificateOptions): Promise<SignedKey> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const [subject = 'spacedrive'] = names
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [subject] }],
    notBefore: from,
    notAfter: until,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isIP(name) === 0 ? ('dns' as const) : ('ip' as const), value: name })),
      ),
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    ],
  })
  const key = KeyObject.from(keys.privateKey).export({ format: 'pem', type: 'pkcs8' })
  return { key, certificate: certificate.toString('pem') }
}
