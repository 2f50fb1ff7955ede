import { CoreError } from '../../../../../util/errors.ts'

/** How the elements of a file are written (DICOM PS3.5). */
export interface Syntax {
  readonly isBig: boolean
  /** Whether each element states its type. */
  readonly isExplicit: boolean
}

/** The values of a file by their tags, and its pixels. */
export interface Elements {
  readonly values: ReadonlyMap<number, Buffer>
  /** The pixels, or their compressed parts; null if there are none. */
  readonly pixels: Buffer | readonly Buffer[] | null
}

/** Limits for a damaged file. */
const MAX_ELEMENTS = 100_000
const MAX_DEPTH = 16

const PIXELS = 0x7fe0_0010
const ITEM = 0xfffe_e000
const END_OF_ITEM = 0xfffe_e00d
const END_OF_LIST = 0xfffe_e0dd
const UNKNOWN_LENGTH = 0xffff_ffff
/** Types whose length has four bytes, after two unused bytes. */
const LONG_TYPES: ReadonlySet<string> = new Set([
  'OB',
  'OD',
  'OF',
  'OL',
  'OV',
  'OW',
  'SQ',
  'SV',
  'UC',
  'UN',
  'UR',
  'UT',
  'UV',
])

interface Head {
  readonly tag: number
  readonly length: number
  /** Offset of the value. */
  readonly start: number
}

/** Reads elements up to the pixels, or to the first one for which `isEnd` is true. Throws `Corrupt`. */
export class ElementReader {
  readonly #bytes: Buffer
  readonly #syntax: Syntax
  #count = 0

  constructor(bytes: Buffer, syntax: Syntax) {
    this.#bytes = bytes
    this.#syntax = syntax
  }

  read(start: number, isEnd: (tag: number) => boolean = () => false): Elements & { readonly at: number } {
    const values = new Map<number, Buffer>()
    let at = start
    while (at + 8 <= this.#bytes.length) {
      const head = this.#head(at)
      if (isEnd(head.tag)) break
      if (head.tag === PIXELS) return { values, pixels: this.#pixels(head), at: head.start }
      if (head.length === UNKNOWN_LENGTH) at = this.#afterList(head.start, 0)
      else {
        values.set(head.tag, this.#bytes.subarray(head.start, head.start + head.length))
        at = head.start + head.length
      }
    }
    return { values, pixels: null, at }
  }

  #head(at: number): Head {
    if (++this.#count > MAX_ELEMENTS) throw new CoreError('Corrupt', 'it has too many elements')
    const { isBig, isExplicit } = this.#syntax
    const u16 = (offset: number) => (isBig ? this.#bytes.readUInt16BE(offset) : this.#bytes.readUInt16LE(offset))
    const u32 = (offset: number) => (isBig ? this.#bytes.readUInt32BE(offset) : this.#bytes.readUInt32LE(offset))
    const tag = u16(at) * 0x1_0000 + u16(at + 2)
    // The marks of lists and items have no type.
    if (!isExplicit || tag >= ITEM) return { tag, length: u32(at + 4), start: at + 8 }
    if (LONG_TYPES.has(this.#bytes.toString('latin1', at + 4, at + 6)))
      return { tag, length: u32(at + 8), start: at + 12 }
    return { tag, length: u16(at + 6), start: at + 8 }
  }

  #pixels({ length, start }: Head): Buffer | readonly Buffer[] {
    if (length !== UNKNOWN_LENGTH) return this.#bytes.subarray(start, start + length)
    const parts: Buffer[] = []
    for (let at = start; at + 8 <= this.#bytes.length;) {
      const item = this.#head(at)
      if (item.tag !== ITEM) break
      parts.push(this.#bytes.subarray(item.start, item.start + item.length))
      at = item.start + item.length
    }
    // The first part is a table of the others.
    return parts.slice(1)
  }

  /** The end of a list whose length is not stated. */
  #afterList(start: number, depth: number): number {
    if (depth > MAX_DEPTH) throw new CoreError('Corrupt', 'its lists are nested too deeply')
    let at = start
    while (at + 8 <= this.#bytes.length) {
      const { length, start: inside, tag } = this.#head(at)
      if (tag === END_OF_LIST) return inside
      at = tag === ITEM && length === UNKNOWN_LENGTH ? this.#afterItem(inside, depth + 1) : inside + length
    }
    return at
  }

  #afterItem(start: number, depth: number): number {
    let at = start
    while (at + 8 <= this.#bytes.length) {
      const { length, start: inside, tag } = this.#head(at)
      if (tag === END_OF_ITEM) return inside
      at = length === UNKNOWN_LENGTH ? this.#afterList(inside, depth) : inside + length
    }
    return at
  }
}
