import { X509Certificate } from 'node:crypto'
import { lstatSync, readFileSync } from 'node:fs'
import { writeFileAtomically } from '@spacedrive/core/write-file'

/** A key and its certificate. */
export interface TlsIdentity {
  /** Both, as PEM. */
  readonly pem: string
  /** SHA-256 of the certificate, as browsers show it: `AB:CD:…` */
  readonly fingerprint: string
}

export interface TlsIdentityOptions {
  /** The file with the private key and the certificate. It gets mode 0600. */
  readonly file: string
  /** Host names and addresses for a new certificate. */
  readonly names: () => readonly string[]
  readonly now: () => number
}

const DAY_MS = 24 * 60 * 60 * 1_000
/** Apple's browsers refuse certificates with a longer validity. */
const VALID_DAYS = 825
/** A certificate that expires within this time is replaced at once, and the user compares the new fingerprint. */
const RENEW_DAYS = 30

/** The TLS identity for other machines. It stays the same until it expires, so that users recognise it. */
export async function openTlsIdentity({ file, names, now }: TlsIdentityOptions): Promise<TlsIdentity> {
  const kept = readIdentity(file, now())
  if (kept) return kept
  // Loaded on use: it takes some 70 ms, and a certificate is made once in two years.
  const { makeSignedKey } = await import('./certificate.ts')
  const from = new Date(now() - DAY_MS)
  const until = new Date(now() + VALID_DAYS * DAY_MS)
  const { certificate, key } = await makeSignedKey({ names: names(), from, until })
  const pem = `${key}${certificate}\n`
  await writeFileAtomically(file, pem)
  return { pem, fingerprint: new X509Certificate(certificate).fingerprint256 }
}

/** Null where there is none, where others could have read it, and where it does not hold much longer. */
function readIdentity(file: string, now: number): TlsIdentity | null {
  const stats = lstatSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile() || (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)) return null
  const pem = readFileSync(file, 'utf8')
  try {
    const { fingerprint256, validToDate } = new X509Certificate(pem.slice(pem.indexOf('-----BEGIN CERTIFICATE')))
    return validToDate.getTime() > now + RENEW_DAYS * DAY_MS ? { pem, fingerprint: fingerprint256 } : null
  } catch {
    return null
  }
}
