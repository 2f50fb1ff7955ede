import { serialize } from 'node:v8'

/** Limit on the values in a message, including names of properties. The largest page of an archive has 130,000. */
const MAX_VALUES = 200_000
/** Limit on nesting; replies have three levels. */
const MAX_DEPTH = 16

/** The first two bytes of every message: the mark of the format, and its version. */
const [MARK, VERSION] = serialize(null)
/** Maximum number of bytes of a 32-bit number in the format; the last one has four bits. */
const MAX_NUMBER_BYTES = 5
const LAST_NUMBER_BITS = 0x0f
const DOUBLE_BYTES = 8
/** Kinds of byte arrays in Node's format: `Uint8Array` and `Buffer`. */
const BYTE_ARRAYS: ReadonlySet<number> = new Set([1, 10])

/**
 * Throws unless the serialized message consists of plain values: objects, arrays without gaps, texts, numbers,
 * booleans, null, undefined and byte arrays. Other values may cost the reader far more than their bytes: an array of 60
 * bytes can have four billion elements, and an empty map of three bytes takes 200 bytes of memory. So this checks the
 * bytes before any value is created. The format is that of V8 (`value-serializer.cc`) and of Node (`lib/v8.js`).
 */
export function assertPlain(message: Buffer): void {
  new Scanner(message).scan()
}

class Scanner {
  readonly #bytes: Buffer
  #at = 0
  #values = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  scan(): void {
    if (this.#byte() !== MARK || this.#byte() !== VERSION) throw new Error('its format is not known')
    this.#value(0)
    if (this.#at !== this.#bytes.length) throw new Error('it has more than one value')
  }

  #value(depth: number): void {
    this.#values++
    if (this.#values > MAX_VALUES) throw new Error(`it has more than ${MAX_VALUES} values`)
    if (depth > MAX_DEPTH) throw new Error(`its values are more than ${MAX_DEPTH} levels deep`)
    const tag = this.#tag()
    switch (tag) {
      case '_':
      case '0':
      case 'T':
      case 'F':
        return
      case 'I':
      case 'U':
        this.#number()
        return
      case 'N':
        return this.#skip(DOUBLE_BYTES)
      // Texts: with one byte for each character, with two bytes for each code unit, and in UTF-8.
      case '"':
      case 'c':
      case 'S':
        return this.#skip(this.#number())
      case '\\': {
        if (!BYTE_ARRAYS.has(this.#number())) throw new Error('it has an array of numbers that are no bytes')
        return this.#skip(this.#number())
      }
      case 'o':
        return this.#object(depth + 1)
      case 'A':
        return this.#array(depth + 1)
      case 'a':
        return this.#arrayByIndex(depth + 1)
      default:
        throw new Error(`it has a value that is not plain (${JSON.stringify(tag)})`)
    }
  }

  #object(depth: number): void {
    while (this.#peek() !== '{') {
      if (!'IUN"cS'.includes(this.#peek())) throw new Error('it has a property without a name')
      this.#value(depth)
      this.#value(depth)
    }
    this.#tag()
    // Skips the number of properties.
    this.#number()
  }

  #array(depth: number): void {
    const length = this.#number()
    for (let i = 0; i < length; i++) this.#value(depth)
    this.#endArray('$', { names: 0, length })
  }

  /** Checks an array that once had gaps. It stores an index before each element, even if it has no gaps now. */
  #arrayByIndex(depth: number): void {
    const length = this.#number()
    for (let i = 0; i < length; i++) {
      // A signed number is stored as twice its value.
      if (this.#tag() !== 'I' || this.#number() !== 2 * i) throw notWhole()
      this.#value(depth)
    }
    this.#endArray('@', { names: length, length })
  }

  #endArray(end: string, { length, names }: { readonly names: number; readonly length: number }): void {
    if (this.#tag() !== end || this.#number() !== names || this.#number() !== length) throw notWhole()
  }

  #tag(): string {
    const tag = this.#peek()
    this.#at++
    return tag
  }

  /** The next tag; zeros before it are padding. */
  #peek(): string {
    while (this.#bytes[this.#at] === 0) this.#at++
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw endsEarly()
    return String.fromCodePoint(byte)
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw endsEarly()
    return byte
  }

  /** Reads a number. Each byte holds seven bits, the lowest bits first; the eighth bit is set if more bytes follow. */
  #number(): number {
    let value = 0
    for (let i = 0; i < MAX_NUMBER_BYTES; i++) {
      const byte = this.#byte()
      const isLast = i === MAX_NUMBER_BYTES - 1
      if (isLast && byte > LAST_NUMBER_BITS) break
      value += (byte & 0x7f) * 2 ** (7 * i)
      if (byte < 0x80) return value
    }
    throw new Error('it has a number of more than 32 bits')
  }

  #skip(length: number): void {
    this.#at += length
    if (this.#at > this.#bytes.length) throw endsEarly()
  }
}

function notWhole(): Error {
  return new Error('it has an array with gaps or names')
}

function endsEarly(): Error {
  return new Error('it ends early')
}
