export type PlistValue = string | number | boolean | readonly PlistValue[] | { readonly [key: string]: PlistValue }

/**
 * Parses the XML property lists that Apple's tools print: dictionaries, arrays, strings, numbers, booleans; dates and
 * data stay text. Throws `SyntaxError` for anything else.
 */
export function parsePlist(xml: string): PlistValue {
  const body = /<plist[^>]*>(.*)<\/plist>/s.exec(xml)?.[1]
  if (body === undefined) throw new SyntaxError('not a property list')
  const tokens = [...body.matchAll(TOKEN)].map((match) => ({ tag: match[1] ?? match[3]!, text: match[2] ?? '' }))
  const reader = new TokenReader(tokens)
  const value = readValue(reader)
  reader.expectEnd()
  return value
}

/** A whole leaf element with its text, or the tag of a container, or an empty element. */
const TOKEN =
  /<(key|string|integer|real|date|data)>([^<]*)<\/\1>|<(\/?(?:dict|array)|(?:true|false|string|key|data|dict|array)\/)>/g

interface Token {
  readonly tag: string
  readonly text: string
}

class TokenReader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  next(): Token {
    const token = this.#tokens[this.#at++]
    if (!token) throw new SyntaxError('the property list ends too early')
    return token
  }

  /** Takes the next token if it has this tag. */
  skip(tag: string): boolean {
    const found = this.#tokens[this.#at]?.tag === tag
    if (found) this.#at++
    return found
  }

  expectEnd(): void {
    if (this.#at < this.#tokens.length) throw new SyntaxError('the property list goes on after its value')
  }
}

function readValue(reader: TokenReader): PlistValue {
  const { tag, text } = reader.next()
  switch (tag) {
    case 'dict':
      return readDict(reader)
    case 'array':
      return readArray(reader)
    case 'dict/':
      return {}
    case 'array/':
      return []
    case 'true/':
      return true
    case 'false/':
      return false
    case 'integer':
    case 'real':
      return Number(text)
    case 'string/':
    case 'data/':
      return ''
    case 'string':
    case 'date':
    case 'data':
      return unescapeXml(text)
    default:
      throw new SyntaxError(`<${tag}> is not expected in a property list`)
  }
}

function readDict(reader: TokenReader): PlistValue {
  const pairs: [string, PlistValue][] = []
  while (!reader.skip('/dict')) {
    const { tag, text } = reader.next()
    if (tag !== 'key' && tag !== 'key/') throw new SyntaxError(`<${tag}> stands where a key should`)
    pairs.push([unescapeXml(text), readValue(reader)])
  }
  return Object.fromEntries(pairs)
}

function readArray(reader: TokenReader): PlistValue {
  const items: PlistValue[] = []
  while (!reader.skip('/array')) items.push(readValue(reader))
  return items
}

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot|apos));/gi, (_, decimal, hex, name: string) =>
    name ? ENTITIES[name]! : String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
  )
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
