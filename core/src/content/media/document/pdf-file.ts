import { inflateSync } from 'node:zlib'
import type { ByteSource } from '../../types/byte-source.ts'
import { latin1 } from '../../types/structure/bytes.ts'
import { isDictionary, isReference, type PdfDictionary, PdfParser, type PdfValue } from './pdf-objects.ts'

/** `startxref` is within this many bytes from the end. */
const TAIL_BYTES = 2_048
/** Limit on the tables of a file. Each time that a program saves changes, it may append a table. */
const MAX_TABLES = 200
/** Bytes of an object that are read first. If the object is longer, `MAX_OBJECT_BYTES` are read. */
const OBJECT_BYTES = 4_096
const MAX_OBJECT_BYTES = 1_048_576
/** Limits on a stream, packed and unpacked. A table of a million objects takes some megabytes. */
const MAX_PACKED_BYTES = 16_777_216
const MAX_STREAM_BYTES = 67_108_864
/** Limit on the objects that are read for one answer, so that circular references end. */
const MAX_LOOKUPS = 10_000
/** If the tables of a file are damaged, objects are searched for in this many bytes. */
const MAX_SEARCHED_BYTES = 16_777_216

const ENTRY_BYTES = 20

/** Where an object is: at an offset, or in a stream of objects. */
type Place = { readonly at: number } | { readonly stream: number; readonly index: number }

/** A table of objects; null if it does not list the object. */
type Table = (object: number) => Place | null

/** The objects of a PDF, which are read on request (ISO 32000-2, 7.5). */
export class PdfObjects {
  readonly #source: ByteSource
  readonly #tables: Table[] = []
  /** Streams of objects, after decompression, by their number. */
  readonly #unpacked = new Map<number, string>()
  #trailer: ReadonlyMap<string, PdfValue> = new Map()
  #lookups = 0

  constructor(source: ByteSource) {
    this.#source = source
    const tail = latin1(source.read(Math.max(0, source.size - TAIL_BYTES), TAIL_BYTES), 0, TAIL_BYTES)
    const start = /startxref\s+(\d+)(?![^]*startxref)/.exec(tail)
    if (start) this.#readTables(Number(start[1]))
    if (!isDictionary(this.get(this.#trailer.get('Root')))) this.#search()
  }

  get trailer(): ReadonlyMap<string, PdfValue> {
    return this.#trailer
  }

  /** The value that a reference leads to, or the value itself; null if the object does not exist. */
  get(value: PdfValue | undefined): PdfValue {
    let found = value ?? null
    while (isReference(found)) {
      if (++this.#lookups > MAX_LOOKUPS) return null
      found = this.#object(found.object)
    }
    return found
  }

  /** The data of a stream; null if it is damaged, or uses a compression that is not supported. */
  data(value: PdfValue | undefined): Uint8Array | null {
    if (!isReference(value)) return null
    const place = this.#placeOf(value.object)
    return place && 'at' in place ? (this.#streamAt(place.at)?.data ?? null) : null
  }

  #object(object: number): PdfValue {
    const place = this.#placeOf(object)
    if (!place) return null
    if ('at' in place) return this.#valueAt(place.at, object)
    return this.#packedValue(place.stream, object)
  }

  #placeOf(object: number): Place | null {
    for (const table of this.#tables) {
      const place = table(object)
      if (place) return place
    }
    return null
  }

  #valueAt(at: number, object: number | null): PdfValue {
    for (const length of [OBJECT_BYTES, MAX_OBJECT_BYTES]) {
      const text = this.#text(at, length)
      const parser = new PdfParser(text)
      const number = Number(parser.word() || Number.NaN)
      parser.word()
      if (parser.word() !== 'obj' || (object !== null && number !== object)) return null
      const value = parser.value()
      // If anything follows the value, the value is complete.
      if (parser.at < text.length || text.length < length) return value
    }
    return null
  }

  #streamAt(at: number): { readonly dictionary: PdfDictionary; readonly data: Uint8Array } | null {
    const parser = new PdfParser(this.#text(at, OBJECT_BYTES))
    parser.word()
    parser.word()
    if (parser.word() !== 'obj') return null
    const dictionary = parser.value()
    if (!isDictionary(dictionary) || dictionary.streamAt === null) return null
    const length = this.get(dictionary.entries.get('Length'))
    if (typeof length !== 'number' || length < 0 || length > MAX_PACKED_BYTES) return null
    const data = unpack(this.#source.read(at + dictionary.streamAt, length), dictionary.entries)
    return data && { dictionary, data }
  }

  #packedValue(stream: number, object: number): PdfValue {
    let text = this.#unpacked.get(stream)
    if (text === undefined) {
      const place = this.#placeOf(stream)
      const found = place && 'at' in place ? this.#streamAt(place.at) : null
      const first = this.get(found?.dictionary.entries.get('First'))
      text = found && typeof first === 'number' ? `${first} ${Buffer.from(found.data).toString('latin1')}` : ''
      this.#unpacked.set(stream, text)
    }
    // The stream begins with the number and the offset of each object. The objects follow.
    const parser = new PdfParser(text)
    const first = Number(parser.word())
    const begin = parser.at + 1
    while (parser.at < begin + first) {
      const [number, offset] = [parser.word(), parser.word()]
      if (number === '' || offset === '') return null
      if (Number(number) === object) return new PdfParser(text, begin + first + Number(offset)).value()
    }
    return null
  }

  /** Reads the tables, from the latest to the earliest. */
  #readTables(start: number): void {
    const pending = [start]
    const known = new Set<number>()
    while (pending.length > 0 && known.size < MAX_TABLES) {
      const at = pending.shift()!
      if (known.has(at)) continue
      known.add(at)
      const trailer = this.#text(at, 4) === 'xref' ? this.#plainTable(at) : this.#packedTable(at)
      if (!trailer) return
      if (this.#trailer.size === 0) this.#trailer = trailer
      for (const name of ['XRefStm', 'Prev']) {
        const next = trailer.get(name)
        if (typeof next === 'number') pending.push(next)
      }
    }
  }

  #plainTable(start: number): ReadonlyMap<string, PdfValue> | null {
    const parts: { first: number; count: number; at: number }[] = []
    let at = start + 4
    while (parts.length < MAX_TABLES) {
      const text = this.#text(at, OBJECT_BYTES)
      const head = /^\s*(\d+)\s+(\d+)\s*?(?:\r\n|\r|\n| (?=\d))/.exec(text)
      if (!head) {
        const parser = new PdfParser(this.#text(at, MAX_OBJECT_BYTES))
        if (parser.word() !== 'trailer') return null
        const value = parser.value()
        this.#tables.push((object) => this.#plainPlace(parts, object))
        return isDictionary(value) ? value.entries : null
      }
      const [first, count] = [Number(head[1]), Number(head[2])]
      const spaces = /^\s*/.exec(text.slice(head[0].length))![0].length
      at += head[0].length + spaces
      parts.push({ first, count, at })
      at += count * ENTRY_BYTES
    }
    return null
  }

  #plainPlace(parts: readonly { first: number; count: number; at: number }[], object: number): Place | null {
    const part = parts.find(({ count, first }) => object >= first && object < first + count)
    if (!part) return null
    const entry = /^(\d{10}) \d{5} n/.exec(this.#text(part.at + (object - part.first) * ENTRY_BYTES, ENTRY_BYTES))
    return entry ? { at: Number(entry[1]) } : null
  }

  /** A table in a stream (7.5.8): for each object its kind, a number and another number, of `W` bytes. */
  #packedTable(at: number): ReadonlyMap<string, PdfValue> | null {
    const found = this.#streamAt(at)
    if (!found) return null
    const { entries } = found.dictionary
    const widths = numbers(entries.get('W'))
    const size = entries.get('Size')
    if (widths.length !== 3 || typeof size !== 'number') return null
    const index = entries.has('Index') ? numbers(entries.get('Index')) : [0, size]
    this.#tables.push((object) => packedPlace(found.data, { widths, index, object }))
    return entries
  }

  /**
   * Searches the file for objects, because its tables are damaged. If a number occurs twice, the last object counts.
   */
  #search(): void {
    if (this.#source.size > MAX_SEARCHED_BYTES) return
    const text = this.#text(0, this.#source.size)
    const places = new Map<number, number>()
    for (const match of text.matchAll(/(?<![0-9])(\d{1,10})[ \r\n\t]+\d{1,5}[ \r\n\t]+obj(?![a-z])/g))
      places.set(Number(match[1]), match.index)
    this.#tables.splice(0, Infinity, (object) => {
      const at = places.get(object)
      return at === undefined ? null : { at }
    })
    const trailer = text.lastIndexOf('trailer')
    const value = trailer < 0 ? null : new PdfParser(text, trailer + 'trailer'.length).value()
    if (isDictionary(value) && isDictionary(this.get(value.entries.get('Root')))) {
      this.#trailer = value.entries
      return
    }
    const root = /(?<![0-9])(\d{1,10})[ \r\n\t]+\d{1,5}[ \r\n\t]+obj[^]{0,200}?\/Type\s*\/Catalog\b/.exec(text)
    if (root) this.#trailer = new Map([['Root', { type: 'reference', object: Number(root[1]) }]])
  }

  #text(at: number, length: number): string {
    return Buffer.from(this.#source.read(at, length)).toString('latin1')
  }
}

function packedPlace(
  data: Uint8Array,
  { widths, index, object }: { widths: readonly number[]; index: readonly number[]; object: number },
): Place | null {
  const [kindBytes, firstBytes, secondBytes] = widths as [number, number, number]
  const entryBytes = kindBytes + firstBytes + secondBytes
  let before = 0
  for (let i = 0; i + 1 < index.length; i += 2) {
    const [first, count] = [index[i]!, index[i + 1]!]
    if (object >= first && object < first + count) {
      const at = (before + object - first) * entryBytes
      if (at + entryBytes > data.length) return null
      const kind = kindBytes === 0 ? 1 : unsigned(data, at, kindBytes)
      const value = unsigned(data, at + kindBytes, firstBytes)
      if (kind === 1) return { at: value }
      return kind === 2 ? { stream: value, index: unsigned(data, at + kindBytes + firstBytes, secondBytes) } : null
    }
    before += count
  }
  return null
}

function unsigned(data: Uint8Array, at: number, length: number): number {
  let value = 0
  for (let i = 0; i < length; i++) value = value * 256 + data[at + i]!
  return value
}

function numbers(value: PdfValue | undefined): number[] {
  return Array.isArray(value) ? value.filter((each) => Number.isSafeInteger(each) && each >= 0) : []
}

/** Returns a list. PDF allows a single value in place of a list with one element. */
function listed(value: PdfValue | undefined): readonly PdfValue[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? (value as readonly PdfValue[]) : [value]
}

/** Null if the stream uses another compression than Flate. */
function unpack(packed: Uint8Array, dictionary: ReadonlyMap<string, PdfValue>): Uint8Array | null {
  const filters = listed(dictionary.get('Filter'))
  if (filters.length === 0) return packed
  const [filter] = filters
  const isFlate =
    filters.length === 1 && typeof filter === 'object' && filter && 'name' in filter && filter.name === 'FlateDecode'
  if (!isFlate) return null
  const [settings] = listed(dictionary.get('DecodeParms'))
  try {
    const data = inflateSync(packed, { maxOutputLength: MAX_STREAM_BYTES })
    return isDictionary(settings) ? unpredict(data, settings.entries) : data
  } catch {
    return null
  }
}

/** Reverses the PNG prediction (7.4.4.4), which tables use. */
function unpredict(data: Uint8Array, settings: ReadonlyMap<string, PdfValue>): Uint8Array | null {
  const number = (name: string, otherwise: number) => {
    const value = settings.get(name)
    return typeof value === 'number' ? value : otherwise
  }
  const predictor = number('Predictor', 1)
  if (predictor === 1) return data
  if (predictor < 10 || number('BitsPerComponent', 8) !== 8) return null
  const colours = number('Colors', 1)
  const row = number('Columns', 1) * colours
  if (!Number.isSafeInteger(row) || row <= 0 || row > data.length) return null
  const rows = Math.floor(data.length / (row + 1))
  const out = new Uint8Array(rows * row)
  for (let y = 0; y < rows; y++) {
    const kind = data[y * (row + 1)]!
    for (let x = 0; x < row; x++) {
      const at = y * row + x
      const left = x >= colours ? out[at - colours]! : 0
      const above = y > 0 ? out[at - row]! : 0
      const corner = y > 0 && x >= colours ? out[at - row - colours]! : 0
      out[at] = data[y * (row + 1) + 1 + x]! + predicted(kind, { left, above, corner })
    }
  }
  return out
}

function predicted(
  kind: number,
  { left, above, corner }: { readonly left: number; readonly above: number; readonly corner: number },
): number {
  switch (kind) {
    case 1:
      return left
    case 2:
      return above
    case 3:
      return (left + above) >> 1
    case 4: {
      const guess = left + above - corner
      const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)]
      return a <= b && a <= c ? left : b <= c ? above : corner
    }
    default:
      return 0
  }
}
