/**
 * A pattern of bytes, written as `@8 "WAVE" 66 6d ?? [20-7e]`. First comes its offset (default 0). Then, in any order:
 * text in double quotes, bytes as two hexadecimal digits, `??` for any byte, and `[from-to]` for a byte in a range.
 */
export interface BytePattern {
  readonly offset: number
  /** The lowest and the highest value each byte may have. */
  readonly low: Uint8Array
  readonly high: Uint8Array
  /** Number of bytes that the pattern fixes. The higher it is, the more certain is a match. */
  readonly specificity: number
}

export function parsePattern(source: string): BytePattern {
  const [, at, rest] = /^(?:@(\d+)\s+)?(.*)$/.exec(source)!
  const low: number[] = []
  const high: number[] = []
  for (const token of rest!.matchAll(TOKEN)) {
    const [all, text, hex, from, to, bad] = token
    if (bad !== undefined) throw new Error(`bad byte pattern ${source}: ${bad}`)
    if (all === '??') {
      low.push(0)
      high.push(255)
    } else if (text !== undefined) {
      for (const char of text) {
        low.push(char.charCodeAt(0))
        high.push(char.charCodeAt(0))
      }
    } else {
      low.push(parseInt(hex ?? from!, 16))
      high.push(parseInt(hex ?? to!, 16))
    }
  }
  const specificity = low.filter((value, i) => value === high[i]).length
  return { offset: Number(at ?? 0), low: Uint8Array.from(low), high: Uint8Array.from(high), specificity }
}

export function matchesPattern(bytes: Uint8Array, { offset, low, high }: BytePattern): boolean {
  if (bytes.length < offset + low.length) return false
  for (let i = 0; i < low.length; i++) {
    const byte = bytes[offset + i]!
    if (byte < low[i]! || byte > high[i]!) return false
  }
  return true
}

const TOKEN = /\?\?|"([^"]+)"|([0-9a-f]{2})|\[([0-9a-f]{2})-([0-9a-f]{2})\]|(\S+)/g
