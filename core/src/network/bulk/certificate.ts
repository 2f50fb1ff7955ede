// oxlint-disable-next-line import/no-unassigned-import
import 'reflect-metadata'
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { X509CertificateGenerator } from '@peculiar/x509'

/** A self-signed certificate of an Ed25519 key: a fixed name, no expiry, no extensions. Both are PEM. */
export async function certificateOf(key: string): Promise<string> {
  const pkcs8 = createPrivateKey(key).export({ format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=bulk',
    serialNumber: '01',
    notBefore: new Date(0),
    notAfter: new Date(Date.UTC(9999, 11, 31, 23, 59, 59)),
    signingAlgorithm: ED25519,
    keys: {
      privateKey: await crypto.subtle.importKey('pkcs8', pkcs8, ED25519, false, ['sign']),
      publicKey: await crypto.subtle.importKey('spki', spki, ED25519, true, ['verify']),
    },
  })
  return certificate.toString('pem')
}

const ED25519 = { name: 'Ed25519' }
