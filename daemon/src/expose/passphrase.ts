import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** The stored hash of a passphrase, in base64. It cannot be used to sign in. */
export const PassphraseHash = z.object({ salt: z.base64(), hash: z.base64() })
export type PassphraseHash = z.infer<typeof PassphraseHash>

const SALT_BYTES = 16
const HASH_BYTES = 32
/** 64 MiB and some tenths of a second: enough to make guessing dear, little enough for a small machine. */
const COST = { N: 2 ** 16, r: 8, p: 1, maxmem: 2 ** 27 }

export async function hashPassphrase(passphrase: string): Promise<PassphraseHash> {
  const salt = randomBytes(SALT_BYTES)
  const hash = await derive(passphrase, salt)
  return { salt: salt.toString('base64'), hash: hash.toString('base64') }
}

export async function isPassphrase(passphrase: string, { hash, salt }: PassphraseHash): Promise<boolean> {
  const given = await derive(passphrase, Buffer.from(salt, 'base64'))
  const kept = Buffer.from(hash, 'base64')
  return kept.length === given.length && timingSafeEqual(given, kept)
}

/** The same letters count as the same, however a keyboard makes them. */
function derive(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, HASH_BYTES, COST, (err, key) => (err ? reject(err) : resolve(key)))
  })
}
