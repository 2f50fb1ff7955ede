import { nameBytes, type RawName } from './file-name.ts'

/**
 * A key whose byte order is the order that people expect: folders first, letters ignoring case and accents, runs of
 * digits by their value. Different names always have different keys, so a key also identifies a name within its folder.
 *
 * Layout: one byte (0 folder, 1 other), then the folded name, in which each run of digits has a prefix with the number
 * of digits (more digits sort later). If folding lost anything, a zero byte and the lost part follow: if only capitals
 * were lost, a one and a bit for each character; otherwise, the name's own bytes.
 *
 * The key is part of a shared buffer: bind it or compare it, but copy it before you keep or send it.
 */
export function sortKey(name: RawName, isDirectory: boolean): Uint8Array {
  const ascii = typeof name === 'string' ? asciiKey(name, isDirectory) : null
  return ascii ?? foldedKey(name, isDirectory)
}

/**
 * Size of the shared buffer: some thousand keys. Allocating an array for each key would cost more than all other
 * steps.
 */
const POOL_BYTES = 65_536
/** Limit on the key of an ASCII name of `MAX_ASCII_LENGTH`: prefixes, the folded name, and the lost part. */
const MAX_ASCII_KEY_BYTES = 1_536

let pool = Buffer.alloc(POOL_BYTES)
let used = 0

/**
 * Writes the key of a plain ASCII name, the common case, without an intermediate string. Null if the name is not plain
 * ASCII or is too long.
 */
function asciiKey(name: string, isDirectory: boolean): Uint8Array | null {
  const length = name.length
  if (length > MAX_ASCII_LENGTH) return null
  if (used + MAX_ASCII_KEY_BYTES > POOL_BYTES) {
    pool = Buffer.alloc(POOL_BYTES)
    used = 0
  }
  let hasCapitals = false
  let lostZeros = false
  let at = used
  pool[at++] = isDirectory ? 0 : 1
  for (let i = 0; i < length; i++) {
    let code = name.charCodeAt(i)
    if (code > 0x7e || code < 0x20) return null
    if (code >= 0x30 && code <= 0x39) {
      let end = i + 1
      while (end < length && isDigit(name.charCodeAt(end))) end++
      let start = i
      while (start < end - 1 && name.charCodeAt(start) === 0x30) start++
      if (start !== i) lostZeros = true
      at = writeRunLength(pool, at, end - start)
      for (let j = start; j < end; j++) pool[at++] = name.charCodeAt(j)
      i = end - 1
      continue
    }
    if (code >= 0x41 && code <= 0x5a) {
      code += 0x20
      hasCapitals = true
    }
    pool[at++] = code
  }
  if (lostZeros || hasCapitals) pool[at++] = 0
  if (lostZeros) at += pool.write(name, at, 'latin1')
  else if (hasCapitals) at = writeCapitals(name, at)
  const key = new Uint8Array(pool.buffer, pool.byteOffset + used, at - used)
  used = at
  return key
}

function writeCapitals(name: string, start: number): number {
  let at = start
  pool[at++] = 1
  for (let i = 0; i < name.length; i += 8) {
    let bits = 0
    for (let j = 0; j < 8; j++) {
      const code = name.charCodeAt(i + j)
      if (code >= 0x41 && code <= 0x5a) bits |= 0x80 >>> j
    }
    pool[at++] = bits
  }
  return at
}

const MAX_ASCII_LENGTH = 255

function foldedKey(name: RawName, isDirectory: boolean): Uint8Array {
  const bytes = nameBytes(name)
  const text = Buffer.from(bytes).toString('utf8')
  const folded = text
    .normalize('NFD')
    .replaceAll(/\p{Mn}+/gu, '')
    .toLowerCase()
  const parts: Buffer[] = [Buffer.from([isDirectory ? 0 : 1])]
  for (const part of folded.match(/[0-9]+|[^0-9]+/g) ?? []) {
    if (!isDigit(part.charCodeAt(0))) {
      parts.push(Buffer.from(part.replaceAll('\0', ''), 'utf8'))
      continue
    }
    const digits = part.replace(/^0+(?=.)/, '')
    const head = Buffer.alloc(8)
    parts.push(head.subarray(0, writeRunLength(head, 0, digits.length)), Buffer.from(digits, 'latin1'))
  }
  // Names that are not valid text are rare. Their keys always include their bytes, so folding may lose anything.
  parts.push(Buffer.from([0]), Buffer.from(bytes))
  return new Uint8Array(Buffer.concat(parts))
}

/**
 * Writes a digit count as bytes that sort by the count. While the count is above nine, it writes a `:`, which sorts
 * right after `9`, and subtracts nine; then the rest as a digit.
 */
function writeRunLength(target: Buffer, at: number, length: number): number {
  let rest = length
  while (rest > 9) {
    target[at++] = 0x3a
    rest -= 9
  }
  target[at++] = 0x30 + rest
  return at
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}
