import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const SALT_BYTES = 16
const HASH_BYTES = 32
/** 64 MiB and some tenths of a second: guessing becomes expensive, and a small machine can still check a passphrase. */
const COST = 16
/** Parameters of scrypt besides the cost: https://www.rfc-editor.org/rfc/rfc7914 */
const BLOCKS = { r: 8, p: 1, maxmem: 2 ** 27 }

/**
 * The stored hash of a passphrase, in base64. It cannot be used to sign in. `cost` is the power of two of scrypt's N;
 * hashes of earlier versions do not name it.
 */
export const PassphraseHash = z.object({
  salt: z.base64(),
  hash: z.base64(),
  cost: z.int().min(4).max(COST).default(COST),
})
export type PassphraseHash = z.infer<typeof PassphraseHash>

export async function hashPassphrase(passphrase: string, cost = COST): Promise<PassphraseHash> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(passphrase, salt, cost)
  return { salt: salt.toString('base64'), hash: hash.toString('base64'), cost }
}

export async function isPassphrase(passphrase: string, { cost, hash, salt }: PassphraseHash): Promise<boolean> {
  const given = await derive(passphrase, Buffer.from(salt, 'base64'), cost)
  const kept = Buffer.from(hash, 'base64')
  return kept.length === given.length && timingSafeEqual(given, kept)
}

/** Hashes a passphrase. Keyboards may encode the same letters differently, so the passphrase is normalised first. */
function derive(passphrase: string, salt: Buffer, cost: number): Promise<Buffer> {
  const options = { N: 2 ** cost, ...BLOCKS }
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, HASH_BYTES, options, (err, key) => (err ? reject(err) : resolve(key)))
  })
}
