/** A value in a PDF (ISO 32000-2, 7.3). Texts are bytes, one character for each. */
export type PdfValue = null | boolean | number | PdfText | PdfName | PdfReference | readonly PdfValue[] | PdfDictionary

export interface PdfText {
  readonly type: 'text'
  readonly bytes: Uint8Array
}

export interface PdfName {
  readonly type: 'name'
  readonly name: string
}

export interface PdfReference {
  readonly type: 'reference'
  readonly object: number
}

export interface PdfDictionary {
  readonly type: 'dictionary'
  readonly entries: ReadonlyMap<string, PdfValue>
  /** Offset of the data in the parsed text, if this is the dictionary of a stream; otherwise null. */
  readonly streamAt: number | null
}

/** Limits for a damaged file: on nesting, and on the values of one parser. Beyond them, the text is ignored. */
const MAX_DEPTH = 32
const MAX_VALUES = 200_000

const SPACE = /[\0\t\n\f\r ]/
const DELIMITER = /[()<>[\]{}/%\0\t\n\f\r ]/

/** Reads values from a text with one character for each byte. */
export class PdfParser {
  readonly #text: string
  #at: number
  #values = 0

  constructor(text: string, at = 0) {
    this.#text = text
    this.#at = at
  }

  get at(): number {
    return this.#at
  }

  /** The next word, such as `obj` or a number; empty at the end, or before a text or a list. */
  word(): string {
    this.#skipSpace()
    const start = this.#at
    while (this.#at < this.#text.length && !DELIMITER.test(this.#text[this.#at]!)) this.#at++
    return this.#text.slice(start, this.#at)
  }

  value(depth = 0): PdfValue {
    this.#skipSpace()
    const char = this.#text[this.#at]
    if (depth > MAX_DEPTH || ++this.#values > MAX_VALUES) this.#at = this.#text.length
    if (this.#at >= this.#text.length || char === undefined) return null
    if (char === '/') return { type: 'name', name: this.#name() }
    if (char === '(') return { type: 'text', bytes: this.#literal() }
    if (this.#text.startsWith('<<', this.#at)) return this.#dictionary(depth)
    if (char === '<') return { type: 'text', bytes: this.#hexadecimal() }
    if (char === '[') return this.#list(depth)
    return this.#numberOrWord()
  }

  #numberOrWord(): PdfValue {
    const word = this.word()
    if (word === '') this.#at++
    if (word === 'true' || word === 'false') return word === 'true'
    const number = Number(word)
    if (word === '' || Number.isNaN(number)) return null
    const reference = /\d+[\0\t\n\f\r ]+R(?![^()<>[\]{}/%\0\t\n\f\r ])/y
    this.#skipSpace()
    reference.lastIndex = this.#at
    if (!Number.isSafeInteger(number) || number < 0 || !reference.test(this.#text)) return number
    this.#at = reference.lastIndex
    return { type: 'reference', object: number }
  }

  #name(): string {
    this.#at++
    const name = this.#text[this.#at] !== undefined && DELIMITER.test(this.#text[this.#at]!) ? '' : this.word()
    return name.replaceAll(/#([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
  }

  #literal(): Uint8Array {
    const bytes: number[] = []
    let open = 1
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!
      if (char === '\\') {
        const escaped = this.#escape()
        if (escaped !== null) bytes.push(escaped)
        continue
      }
      if (char === '(') open++
      if (char === ')' && --open === 0) {
        this.#at++
        break
      }
      bytes.push(char.charCodeAt(0))
    }
    return Uint8Array.from(bytes)
  }

  /** The byte that an escape stands for; null for a line end, which continues the line. */
  #escape(): number | null {
    const octal = /[0-7]{1,3}/y
    octal.lastIndex = this.#at + 1
    const digits = octal.exec(this.#text)?.[0]
    if (digits !== undefined) {
      this.#at += digits.length
      return Number.parseInt(digits, 8) & 255
    }
    const char = this.#text[++this.#at] ?? ''
    if (char === '\r' && this.#text[this.#at + 1] === '\n') this.#at++
    if (char === '\r' || char === '\n' || char === '') return null
    return (escapes[char] ?? char).charCodeAt(0)
  }

  #hexadecimal(): Uint8Array {
    const end = this.#text.indexOf('>', this.#at)
    const digits = this.#text.slice(this.#at + 1, end < 0 ? undefined : end).replaceAll(/[^0-9a-fA-F]/g, '')
    this.#at = end < 0 ? this.#text.length : end + 1
    return Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex')
  }

  #list(depth: number): readonly PdfValue[] {
    const items: PdfValue[] = []
    this.#at++
    for (;;) {
      this.#skipSpace()
      if (this.#at >= this.#text.length) break
      if (this.#text[this.#at] === ']') {
        this.#at++
        break
      }
      items.push(this.value(depth + 1))
    }
    return items
  }

  #dictionary(depth: number): PdfDictionary {
    const entries = new Map<string, PdfValue>()
    this.#at += 2
    for (;;) {
      this.#skipSpace()
      if (this.#text[this.#at] !== '/') break
      const name = this.#name()
      entries.set(name, this.value(depth + 1))
    }
    if (this.#text.startsWith('>>', this.#at)) this.#at += 2
    const stream = /[\0\t\n\f\r ]*stream\r?\n/y
    stream.lastIndex = this.#at
    return { type: 'dictionary', entries, streamAt: stream.test(this.#text) ? stream.lastIndex : null }
  }

  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const char = this.#text[this.#at]!
      if (char === '%') {
        const end = /[\r\n]/g
        end.lastIndex = this.#at
        this.#at = end.test(this.#text) ? end.lastIndex - 1 : this.#text.length
      } else if (!SPACE.test(char)) return
    }
  }
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' }

export function isDictionary(value: PdfValue | undefined): value is PdfDictionary {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'dictionary'
}

export function isReference(value: PdfValue | undefined): value is PdfReference {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'reference'
}

export function isText(value: PdfValue | undefined): value is PdfText {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'text'
}
