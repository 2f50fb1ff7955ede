import { SCANNER_BASE64 } from './scan-bytes.ts'

/**
 * Limit on the hits that one call of `scan` reports: few enough to stay in the processor's cache until they are read.
 */
export const MAX_HITS = 4_096
/** Longer than any folded name: in the worst case, 255 bytes become almost 3 KB. */
export const MAX_NEEDLE_BYTES = 4_096

const KINDS_AT = 0
const NEEDLE_AT = KINDS_AT + 256
const OTHER_NEEDLE_AT = NEEDLE_AT + MAX_NEEDLE_BYTES
const HITS_AT = OTHER_NEEDLE_AT + MAX_NEEDLE_BYTES
const STARTS_AT = HITS_AT + MAX_HITS * 4
/** Address of the first name in the scanner's memory. A NUL precedes it, and it is aligned for the processor. */
export const NAMES_AT = STARTS_AT + MAX_HITS * 4 + 64
/** Number of NULs that must follow the last name; see scan.wat. */
const PADDING = MAX_NEEDLE_BYTES + 64

const PAGE = 65_536
/** Memory grows by this share, so that adding names one by one does not make it grow each time. */
const GROWTH = 1 / 16

/** The place of a needle in a name, best first. `BEFORE_DOT`: at its start, and followed by its end or a dot. */
export const BEFORE_DOT = 0
export const AT_START = 1
export const AT_WORD = 2
export const INSIDE_WORD = 3
export type Place = typeof BEFORE_DOT | typeof AT_START | typeof AT_WORD | typeof INSIDE_WORD

/** A hit is a row number. Its lowest bits, this many, contain the place. */
export const PLACE_BITS = 2
export const PLACE_MASK = 3

const SEPARATOR = 0
const LETTER = 1
const DIGIT = 2
/** Words of a name are runs of letters or of digits; every character outside ASCII counts as a letter. */
const KIND_OF_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 0x30 && byte <= 0x39) return DIGIT
  return (byte >= 0x61 && byte <= 0x7a) || byte >= 0x80 ? LETTER : SEPARATOR
})

/** Whether a word of the name begins at an address that is not the start of the name. */
export function startsWord(bytes: Uint8Array, address: number): boolean {
  const before = KIND_OF_BYTE[bytes[address - 1]!]!
  return before === SEPARATOR || before !== KIND_OF_BYTE[bytes[address]!]
}

// Node has this type; it is declared here because this code does not use the types of the `dom` library.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  scan(
    at: number,
    row: number,
    end: number,
    needle: number,
    length: number,
    kinds: number,
    out: number,
    max: number,
  ): number
  keep(hits: number, starts: number, count: number, needle: number, length: number): number
}

/** Memory for names that end with NUL, up to 2 GiB, with a fast search in it. Addresses are offsets in `bytes`. */
export class Scanner {
  readonly #wasm: Exports
  #needleLength = 0
  /** The memory; `reserve` may replace the array. */
  bytes: Uint8Array
  /** Results of `scan`: rows, each with a `Place` in its low bits. */
  hits: Uint32Array
  /** Addresses of the names of the hits, for `keep`. */
  #starts: Uint32Array

  constructor() {
    const module = new WebAssembly.Module(Buffer.from(SCANNER_BASE64, 'base64'))
    this.#wasm = new WebAssembly.Instance(module).exports as Exports
    const { buffer } = this.#wasm.memory
    this.bytes = new Uint8Array(buffer)
    this.hits = new Uint32Array(buffer, HITS_AT, MAX_HITS)
    this.#starts = new Uint32Array(buffer, STARTS_AT, MAX_HITS)
    this.reserve(NAMES_AT)
    this.bytes.set(KIND_OF_BYTE, KINDS_AT)
  }

  /** Makes room for names up to `end` and the padding after them. */
  reserve(end: number): void {
    const missing = end + PADDING - this.bytes.length
    if (missing <= 0) return
    const pages = Math.ceil(Math.max(missing, this.bytes.length * GROWTH) / PAGE)
    this.#wasm.memory.grow(pages)
    const { buffer } = this.#wasm.memory
    this.bytes = new Uint8Array(buffer)
    this.hits = new Uint32Array(buffer, HITS_AT, MAX_HITS)
    this.#starts = new Uint32Array(buffer, STARTS_AT, MAX_HITS)
  }

  /** Sets the bytes that `scan` looks for: 1 to `MAX_NEEDLE_BYTES` bytes without NUL. */
  setNeedle(needle: Uint8Array): void {
    this.bytes.set(needle, NEEDLE_AT)
    this.#needleLength = needle.length
  }

  /**
   * Searches the names between two addresses for the needle. `row` is the row of the first name. Writes up to
   * `MAX_HITS` hits to `hits`, and returns their number.
   */
  scan(from: number, row: number, to: number): number {
    return this.#wasm.scan(from, row, to, NEEDLE_AT, this.#needleLength, KINDS_AT, HITS_AT, MAX_HITS)
  }

  /**
   * Of the first `count` hits, moves those whose names also contain another needle to the front, in their order;
   * returns their number. `starts` has the address of each row's name.
   */
  keep(count: number, needle: Uint8Array, starts: Uint32Array): number {
    const { hits } = this
    const startsOfHits = this.#starts
    for (let i = 0; i < count; i++) startsOfHits[i] = starts[hits[i]! >>> PLACE_BITS]!
    this.bytes.set(needle, OTHER_NEEDLE_AT)
    return this.#wasm.keep(HITS_AT, STARTS_AT, count, OTHER_NEEDLE_AT, needle.length)
  }
}
