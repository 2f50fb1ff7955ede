/** Longer ones are sentences. */
const MAX_LITERAL = 24

/** The string and number literals of a source, as bytes: what a parser compares its input with. */
export function literalsOf(source: string): Uint8Array[] {
  const strings = [...source.matchAll(/'([^'\n\\]+)'|"([^"\n\\]+)"/g)].map((match) => (match[1] ?? match[2])!)
  const numbers = [...source.matchAll(/\b0x([\da-f_]{2,16})\b/gi)].map((match) =>
    hexBytes(match[1]!.replaceAll('_', '')),
  )
  return [
    ...strings.filter((text) => text.length <= MAX_LITERAL).map((text) => Buffer.from(text)),
    ...numbers.flatMap((bytes) => (bytes.length > 1 ? [bytes, bytes.toReversed()] : [bytes])),
  ]
}

function hexBytes(digits: string): Uint8Array {
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex')
}
