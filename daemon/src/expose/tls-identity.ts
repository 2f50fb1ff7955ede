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
  /** Of mode 0600. */
  readonly file: string
  /** For a new one. */
  readonly names: () => readonly string[]
  readonly now: () => number
}

const DAY_MS = 24 * 60 * 60 * 1_000
/** Longer ones are refused by Apple's browsers, whoever vouches for them. */
const VALID_DAYS = 825
/** One that ends so soon is made anew: people compare it once more while they are at it. */
const RENEW_DAYS = 30

/** The identity this machine has beyond itself: the same for as long as it holds, so that people know it again. */
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
