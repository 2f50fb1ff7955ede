import { parseClass } from './character-class.ts'

/**
 * A compiled glob, with the meaning that git's `wildmatch` gives it under `WM_PATHNAME`: `?`, `*` and classes match
 * within one segment of a path, and a segment `**` matches any number of segments. It matches bytes: each character of
 * a text stands for one byte (`byteString`).
 */
export interface Wildcard {
  /** Each code is a byte, or one of the negative codes below. */
  readonly codes: Int16Array
  /** Bytes of each class, by `CLASS - code`. */
  readonly classes: readonly Uint8Array[]
  /** The number of slashes in every matching text; null if a `**` allows any number. */
  readonly slashes: number | null
}

const ANY_BYTE = -1
const STAR = -2
const GLOBSTAR = -3
/** `**` and the slash after it, which together may match nothing. */
const GLOBSTAR_SLASH = -4
const CLASS = -5

const SLASH = 0x2f

/** Null if the glob can match nothing: a class that does not end, or a backslash at the end. */
export function compileWildcard(glob: string, options: { ignoreCase: boolean }): Wildcard | null {
  const codes: number[] = []
  const classes: Uint8Array[] = []
  for (let at = 0; at < glob.length; at++) {
    const char = glob[at]
    if (char === '*') {
      const start = at
      while (glob[at + 1] === '*') at++
      const next = glob[at + 1]
      const beforeSlash = next === '/' || (next === '\\' && glob[at + 2] === '/')
      const wholeSegment = (start === 0 || glob[start - 1] === '/') && (next === undefined || beforeSlash)
      if (at === start || !wholeSegment) codes.push(STAR)
      else if (next === '/') {
        codes.push(GLOBSTAR_SLASH)
        at++
      } else codes.push(GLOBSTAR)
    } else if (char === '[') {
      const parsed = parseClass(glob, at, options)
      if (!parsed) return null
      codes.push(CLASS - classes.length)
      classes.push(parsed.bytes)
      at = parsed.end
    } else if (char === '?') codes.push(ANY_BYTE)
    else {
      if (char === '\\') at++
      if (at === glob.length) return null
      codes.push(options.ignoreCase ? lowerByte(glob.charCodeAt(at)) : glob.charCodeAt(at))
    }
  }
  const open = codes.some((code) => code === GLOBSTAR || code === GLOBSTAR_SLASH)
  const slashes = open ? null : codes.filter((code) => code === SLASH).length
  return { codes: Int16Array.from(codes), classes, slashes }
}

/** The ASCII texts with which the last segment of every match begins and ends. They rule out most names quickly. */
export function nameLiterals({ codes }: Wildcard): { readonly head: string; readonly tail: string } {
  const isLiteral = (code: number) => code >= 0 && code < 0x80 && code !== SLASH
  const isOneSegment = codes.every((code) => code !== SLASH && code !== GLOBSTAR && code !== GLOBSTAR_SLASH)
  const headEnd = codes.findIndex((code) => !isLiteral(code))
  const tailStart = codes.findLastIndex((code) => !isLiteral(code)) + 1
  return {
    head: isOneSegment ? String.fromCharCode(...codes.subarray(0, headEnd < 0 ? codes.length : headEnd)) : '',
    tail: String.fromCharCode(...codes.subarray(tailStart)),
  }
}

/**
 * Whether all of `text` matches. If case is ignored, `text` must be in lower case.
 *
 * After a mismatch, it is enough to try again at the last star, because a later star can match everything that an
 * earlier one could have matched. So the time grows with text × glob and never exponentially, even for a hostile
 * ignore file.
 */
export function matchesWildcard({ codes, classes }: Wildcard, text: string): boolean {
  let code = 0
  let at = 0
  let starCode = -1
  let starAt = 0
  let globstar = 0
  let globstarCode = -1
  let globstarAt = 0
  for (;;) {
    if (code === codes.length) {
      if (at === text.length) return true
    } else {
      const wanted = codes[code]!
      if (wanted === STAR) {
        starCode = ++code
        starAt = at
        continue
      }
      if (wanted === GLOBSTAR || wanted === GLOBSTAR_SLASH) {
        globstar = wanted
        globstarCode = ++code
        globstarAt = at
        starCode = -1
        continue
      }
      if (at < text.length && matchesByte(wanted, text.charCodeAt(at), classes)) {
        code++
        at++
        continue
      }
    }
    if (starCode >= 0 && starAt < text.length && text.charCodeAt(starAt) !== SLASH) {
      at = ++starAt
      code = starCode
      continue
    }
    if (globstarCode < 0) return false
    if (globstar === GLOBSTAR_SLASH) {
      globstarAt = text.indexOf('/', globstarAt) + 1
      if (globstarAt === 0) return false
    } else if (++globstarAt > text.length) return false
    at = globstarAt
    code = globstarCode
    starCode = -1
  }
}

function matchesByte(wanted: number, byte: number, classes: readonly Uint8Array[]): boolean {
  if (wanted >= 0) return wanted === byte
  if (wanted === ANY_BYTE) return byte !== SLASH
  return classes[CLASS - wanted]![byte] === 1
}

function lowerByte(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte
}

const encoder = new TextEncoder()

/** The UTF-8 bytes of a text, as one character for each byte. git's `?` and classes match a byte, not a letter. */
export function byteString(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return Array.from(encoder.encode(text), (byte) => String.fromCharCode(byte)).join('')
  }
  return text
}
