/** Part of a byte array. */
export interface ByteRange {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** Compares folded names byte by byte, but runs of digits by their value. The result is negative if `a` comes first. */
export function compareNatural(a: ByteRange, b: ByteRange): number {
  let i = a.start
  let j = b.start
  while (i < a.end && j < b.end) {
    const x = a.bytes[i]!
    const y = b.bytes[j]!
    if (isDigit(x) && isDigit(y)) {
      const iEnd = digitsEnd(a, i)
      const jEnd = digitsEnd(b, j)
      i = skipZeros(a, i, iEnd)
      j = skipZeros(b, j, jEnd)
      if (iEnd - i !== jEnd - j) return iEnd - i - (jEnd - j)
      for (; i < iEnd; i++, j++) {
        if (a.bytes[i] !== b.bytes[j]) return a.bytes[i]! - b.bytes[j]!
      }
      continue
    }
    if (x !== y) return x - y
    i++
    j++
  }
  return a.end - i - (b.end - j)
}

/**
 * A number from the first bytes of a name, for fast comparison: if two numbers differ, their order agrees with
 * `compareNatural`. It stops at a digit, because the order after a digit depends on the length of the run.
 */
export function naturalPrefix(bytes: Uint8Array, start: number, end: number): number {
  let prefix = 0
  let stopped = false
  for (let i = 0; i < PREFIX_BYTES; i++) {
    const at = start + i
    const byte = stopped || at >= end ? 0 : bytes[at]!
    stopped ||= isDigit(byte)
    prefix = prefix * 256 + (isDigit(byte) ? DIGIT_0 : byte)
  }
  return prefix
}

/** A double can store this many bytes exactly. */
const PREFIX_BYTES = 6
const DIGIT_0 = 0x30

function digitsEnd({ bytes, end }: ByteRange, from: number): number {
  let at = from
  while (at < end && isDigit(bytes[at]!)) at++
  return at
}

/** If a run consists only of zeros, the last zero is not skipped. */
function skipZeros({ bytes }: ByteRange, from: number, end: number): number {
  let at = from
  while (at < end - 1 && bytes[at] === DIGIT_0) at++
  return at
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= 0x39
}
