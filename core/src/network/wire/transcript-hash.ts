import { createHash, timingSafeEqual } from 'node:crypto'

/** Digits of a number that two people compare. */
const NUMBER_DIGITS = 6

/** SHA-256 over fields, each behind its length: no two lists of them are the same bytes. */
export function hashOf(fields: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = createHash('sha256')
  for (const field of fields) hash.update(framed(field))
  return hash.digest()
}

/** The length as an unsigned 32-bit number, the most significant byte first, then the bytes; text is UTF-8. */
export function framed(field: string | Uint8Array): Uint8Array {
  const bytes = typeof field === 'string' ? Buffer.from(field, 'utf8') : field
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** The six digits that two people compare: the first eight bytes of a hash, modulo a million. */
export function numberOf(hash: Uint8Array): string {
  const number = Buffer.from(hash).readBigUInt64BE() % 10n ** BigInt(NUMBER_DIGITS)
  return number.toString().padStart(NUMBER_DIGITS, '0')
}

/** Whether what a person has typed, with or without blanks, is the number; in the same time wherever it differs. */
export function isNumber(typed: string, number: string): boolean {
  return isSame(Buffer.from(typed.replace(/\D/g, '')), Buffer.from(number))
}

/** In the same time whether they differ early or late. */
export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
