/**
 * Parses the character class that begins with the `[` at `start`, in every detail as git's `wildmatch` does. `end` is
 * the index of the closing `]`. Null if git rejects the pattern: the class does not end, or contains an unknown
 * `[:class:]`.
 */
export function parseClass(
  glob: string,
  start: number,
  { ignoreCase }: { ignoreCase: boolean },
): { bytes: Uint8Array; end: number } | null {
  const bytes = new Uint8Array(256)
  let at = start + 1
  const negated = glob[at] === '!' || glob[at] === '^'
  if (negated) at++
  // The byte before a `-`, at which a range would begin; 0 if no range can begin here.
  let previous = 0
  do {
    const char = glob[at]
    if (char === undefined) return null
    if (char === '\\') {
      if (++at === glob.length) return null
      previous = glob.charCodeAt(at)
      bytes[previous] = 1
    } else if (char === '-' && previous !== 0 && at + 1 < glob.length && glob[at + 1] !== ']') {
      if (glob[++at] === '\\' && ++at === glob.length) return null
      addRange(bytes, previous, glob.charCodeAt(at), ignoreCase)
      previous = 0
    } else if (char === '[' && glob[at + 1] === ':') {
      const close = glob.indexOf(']', at + 2)
      if (close < 0) return null
      if (close > at + 2 && glob[close - 1] === ':') {
        const has = namedClasses.get(glob.slice(at + 2, close - 1))
        if (!has) return null
        for (let byte = 0; byte < 128; byte++) if (has(byte) || (ignoreCase && has(upperByte(byte)))) bytes[byte] = 1
        previous = 0
        at = close
      } else {
        previous = 0x5b
        bytes[previous] = 1
      }
    } else {
      previous = glob.charCodeAt(at)
      bytes[previous] = 1
    }
  } while (glob[++at] !== ']')
  if (negated) for (let byte = 0; byte < 256; byte++) bytes[byte] = 1 - bytes[byte]!
  bytes[SLASH] = 0
  return { bytes, end: at }
}

const SLASH = 0x2f

/**
 * If case is ignored, texts are matched in lower case, so a range with capital letters must also contain their small
 * letters.
 */
function addRange(bytes: Uint8Array, from: number, to: number, ignoreCase: boolean): void {
  for (let byte = from; byte <= to; byte++) {
    bytes[byte] = 1
    if (ignoreCase && isUpper(byte)) bytes[byte + 32] = 1
  }
}

const isUpper = (byte: number) => byte >= 0x41 && byte <= 0x5a
const isLower = (byte: number) => byte >= 0x61 && byte <= 0x7a
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
const isAlpha = (byte: number) => isUpper(byte) || isLower(byte)
const isAlnum = (byte: number) => isAlpha(byte) || isDigit(byte)
const isGraph = (byte: number) => byte > 0x20 && byte < 0x7f
const upperByte = (byte: number) => (isLower(byte) ? byte - 32 : byte)

/** The definitions of git's own `ctype`: ASCII only, and vertical tab and form feed are not space. */
const namedClasses: ReadonlyMap<string, (byte: number) => boolean> = new Map([
  ['alnum', isAlnum],
  ['alpha', isAlpha],
  ['blank', (byte) => byte === 0x20 || byte === 0x09],
  ['cntrl', (byte) => byte < 0x20 || byte === 0x7f],
  ['digit', isDigit],
  ['graph', isGraph],
  ['lower', isLower],
  ['print', (byte) => isGraph(byte) || byte === 0x20],
  ['punct', (byte) => isGraph(byte) && !isAlnum(byte)],
  ['space', (byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d],
  ['upper', isUpper],
  ['xdigit', (byte) => isDigit(byte) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)],
])
