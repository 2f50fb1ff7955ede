import { isUtf8 } from 'node:buffer'

/** Bytes examined for the language and encoding of a text. */
const EXAMINED_BYTES = 262_144
/** Bytes examined for a NUL, and for UTF-16. */
const START_BYTES = 8_192
/** A truncated UTF-8 character at the end has at most this many bytes. */
const MAX_CUT_BYTES = 3
/**
 * With at most this many bytes above ASCII, the encoding is a guess. It is accepted only if the detector is surer than
 * this.
 */
const FEW_BYTES = 3
const LOW_CONFIDENCE = 0.12

/**
 * The encodings of the WHATWG standard, which `TextDecoder` supports, by jschardet's names. Without this list, jschardet
 * also returns encodings that are never used. Romanian in iso-8859-16 is read as windows-1250: its letters with a comma
 * below get a cedilla, which search ignores.
 */
const KNOWN =
  'utf-8 windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 windows-1255 windows-1256 windows-1257 windows-1258 cp874 koi8-r koi8-u cp866 maccyrillic macroman iso-8859-2 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-15 iso-8859-3 iso-8859-4 iso-8859-10 iso-8859-13 iso-8859-14 iso-8859-16 shift_jis cp932 euc-jp iso-2022-jp gb18030 gbk big5 euc-kr cp949'.split(
    ' ',
  )

/** Labels of `TextDecoder` for encodings that jschardet names differently. */
const LABELS: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  shift_jis_2004: 'shift_jis',
  euc_jis_2004: 'euc-jp',
  cp949: 'euc-kr',
  cp866: 'ibm866',
  cp874: 'windows-874',
  macroman: 'macintosh',
  maccyrillic: 'x-mac-cyrillic',
  big5hkscs: 'big5',
  gb2312: 'gb18030',
}

/**
 * The encoding of a text, as a label of `TextDecoder`: found by its byte-order mark, by escape sequences, as valid
 * UTF-8, as UTF-16 without a mark, or else by jschardet's guess from the language. Null if the bytes are not text.
 */
export async function encodingOf(bytes: Buffer, isWhole: boolean): Promise<string | null> {
  const marked = markedEncoding(bytes)
  if (marked !== null) return marked
  const start = bytes.subarray(0, EXAMINED_BYTES)
  // Text in this encoding is valid ASCII too, so it must be checked first.
  if (ESCAPES.some((escape) => start.includes(escape))) return 'iso-2022-jp'
  const hasNul = start.subarray(0, START_BYTES).includes(0)
  if (!hasNul && isUtf8Start(bytes, isWhole ? 0 : MAX_CUT_BYTES)) return 'utf-8'
  const wide = wideEncoding(start)
  if (wide !== null || hasNul) return wide
  return guess(start)
}

/** The escape sequences with which ISO-2022-JP switches to Japanese characters. */
const ESCAPES = ['\u001B$@', '\u001B$B', '\u001B(I', '\u001B(J']

export function markedEncoding(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' | null {
  const [a, b, c] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8'
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  return a === 0xfe && b === 0xff ? 'utf-16be' : null
}

async function guess(start: Buffer): Promise<string> {
  const lines = linesAboveAscii(start)
  const { detect } = await import('jschardet')
  const { confidence, encoding } = detect(lines, { detectEncodings: KNOWN })
  const high = lines.reduce((count, byte) => count + (byte >= 0x80 ? 1 : 0), 0)
  if (encoding === null || (high <= FEW_BYTES && confidence < LOW_CONFIDENCE)) return 'windows-1252'
  const name = encoding.toLowerCase()
  return LABELS[name] ?? name.replace(/^cp(125\d)$/, 'windows-$1').replace(/^iso8859/, 'iso-8859')
}

/** The lines with bytes above ASCII. In a long source file, perhaps only one comment is in the author's language. */
function linesAboveAscii(bytes: Buffer): Buffer {
  const lines: Buffer[] = []
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf(LINE_FEED, from)
    const line = bytes.subarray(from, end < 0 ? bytes.length : end + 1)
    if (line.some((byte) => byte >= 0x80)) lines.push(line)
    from += line.length
  }
  return Buffer.concat(lines)
}

const LINE_FEED = 0x0a

/**
 * Recognises UTF-16 without a byte-order mark. In the right byte order, it has spaces or line ends, and no impossible
 * characters.
 */
function wideEncoding(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  const length = Math.min(bytes.length, START_BYTES) & ~1
  if (length < 8) return null
  const little = lookAtUnits(length, (at) => bytes.readUInt16LE(at))
  const big = lookAtUnits(length, (at) => bytes.readUInt16BE(at))
  // A text in which no byte is 0 has neither Latin letters nor ASCII spaces. It must then have many wide spaces.
  const fewest = length / 200
  if (little.zeros + big.zeros === 0 && little.gaps <= fewest && big.gaps <= fewest) return null
  if (!little.isImpossible && (big.isImpossible || little.gaps > big.gaps))
    return little.gaps > 0 || big.zeros > length / 4 ? 'utf-16le' : null
  if (!big.isImpossible && (little.isImpossible || big.gaps > little.gaps))
    return big.gaps > 0 || little.zeros > length / 4 ? 'utf-16be' : null
  return null
}

/** Space, line feed, carriage return, and the Chinese and Japanese comma and full stop. */
const GAPS: ReadonlySet<number> = new Set([0x20, 0x0a, 0x0d, 0x3001, 0x3002, 0xff0c])

interface Units {
  readonly isImpossible: boolean
  readonly gaps: number
  /** Number of code units whose low byte is 0. */
  readonly zeros: number
}

function lookAtUnits(length: number, unitAt: (at: number) => number): Units {
  let isImpossible = false
  let gaps = 0
  let zeros = 0
  for (let at = 0; at < length; at += 2) {
    const unit = unitAt(at)
    // Control characters, the private area, and code units that are no characters.
    if (unit < 9 || unit >= 0xfffe || (unit >= 0xe000 && unit < 0xf900)) isImpossible = true
    if (GAPS.has(unit)) gaps++
    if ((unit & 0xff) === 0) zeros++
  }
  return { isImpossible, gaps, zeros }
}

function isUtf8Start(bytes: Uint8Array, maxCut: number): boolean {
  for (let cut = 0; cut <= maxCut; cut++) if (isUtf8(bytes.subarray(0, bytes.length - cut))) return true
  return false
}
