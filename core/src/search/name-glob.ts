/** A compiled pattern for names, wherever the names are in memory. */
export interface NameGlob {
  /** The longest part of the pattern without wildcards, which every matching name contains. May be empty. */
  readonly literal: Uint8Array
  /** Whether the pattern matches a whole name: the UTF-8 bytes from `start` to `end`. */
  matches(bytes: Uint8Array, start: number, end: number): boolean
}

/** Codes for any number of characters, and for any single character. No byte has these values. */
const STAR = -1
const ANY = -2

/** Compiles a pattern in which `*` stands for any number of characters, and `?` for one. */
export function nameGlob(pattern: string): NameGlob {
  const pieces = pattern.split(/([*?])/)
  const tokens = pieces.flatMap((piece) =>
    piece === '*' ? [STAR] : piece === '?' ? [ANY] : [...encoder.encode(piece)],
  )
  const [literal = ''] = pieces.filter((piece) => !/[*?]/.test(piece)).toSorted((a, b) => b.length - a.length)
  return {
    literal: encoder.encode(literal),
    matches: (bytes, start, end) => matchesAll(tokens, bytes, start, end),
  }
}

/** Backtracks only to the last star. So the time is at most the length of the name times that of the pattern. */
function matchesAll(tokens: readonly number[], bytes: Uint8Array, start: number, end: number): boolean {
  let token = 0
  let at = start
  let star = -1
  let starAt = start
  while (at < end) {
    const wanted = tokens[token]
    if (wanted === STAR) {
      star = token++
      starAt = at
    } else if (wanted === ANY) {
      token++
      at = afterCharacter(bytes, at, end)
    } else if (wanted === bytes[at]) {
      token++
      at++
    } else if (star >= 0) {
      token = star + 1
      starAt = afterCharacter(bytes, starAt, end)
      at = starAt
    } else {
      return false
    }
  }
  while (tokens[token] === STAR) token++
  return token === tokens.length
}

/** The address after a UTF-8 character. */
function afterCharacter(bytes: Uint8Array, at: number, end: number): number {
  let next = at + 1
  while (next < end && (bytes[next]! & 0xc0) === 0x80) next++
  return next
}

const encoder = new TextEncoder()
