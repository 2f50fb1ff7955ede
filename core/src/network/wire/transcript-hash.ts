import { createHash, timingSafeEqual } from 'node:crypto'

/** Digits of the number that two users compare. */
const NUMBER_DIGITS = 6

/** SHA-256 over fields, each with its length, so that different lists never give the same bytes. */
export function hashOf(fields: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = createHash('sha256')
  for (const field of fields) hash.update(framed(field))
  return hash.digest()
}

/** The length as an unsigned 32-bit big-endian number, then the bytes. Text is UTF-8. */
export function framed(field: string | Uint8Array): Uint8Array {
  const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The six digits that two users compare: the first eight bytes of a hash, modulo a million. */
export function numberOf(hash: Uint8Array): string {
  const number = Buffer.from(hash).readBigUInt64BE() % 10n ** BigInt(NUMBER_DIGITS)
  return number.toString().padStart(NUMBER_DIGITS, '0')
}

/** Whether a typed text, without its spaces, is the number. Takes constant time. */
export function isNumber(typed: string, number: string): boolean {
  return isSame(Buffer.from(typed.replace(/\D/g, '')), Buffer.from(number))
}

/** Compares in constant time. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
