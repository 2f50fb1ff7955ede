/**
 * Unpacks LZX, which help files use, as Microsoft describes it in [MS-PATCH]. Blocks are verbatim, aligned or
 * uncompressed. The encoding of x86 calls is not supported, because help files do not use it.
 */

/** Lower symbols are bytes, the others are matches. */
const BYTES = 256
const LENGTH_SYMBOLS = 249
const PRETREE_SYMBOLS = 20
const ALIGNED_SYMBOLS = 8
const MAX_CODE_BITS = 16
const MIN_MATCH = 2
/** For matches of at least this many bytes, the rest of the length is in the second tree. */
const LONG = 7
const VERBATIM = 1
const ALIGNED = 2
const UNCOMPRESSED = 3
/** Limit on reading beyond the end of the data, where the reader would find zeros for ever. */
const SLACK_BYTES = 64

/** For each slot of positions: the number of bits that follow, and the first position. */
const positionBits = Array.from({ length: 52 }, (_, slot) => Math.min(17, Math.max(0, (slot >> 1) - 1)))
const positionBase: readonly number[] = positionBits.reduce<number[]>(
  (bases, bits) => [...bases, bases.at(-1)! + 2 ** bits],
  [0],
)

export interface Target {
  readonly out: Buffer
  /** The block begins at `start` and ends at `end` in `out`. */
  readonly start: number
  readonly end: number
}

export interface LzxOptions {
  /** The size of the window, as a power of two. */
  readonly windowBits: number
  /** After this many bytes, the input is aligned to 16 bits. */
  readonly frameBytes: number
}

/** Unpacks data that does not depend on earlier data. Throws an error if the data is damaged. */
export function unpackLzx(data: Buffer, { end, out, start }: Target, { frameBytes, windowBits }: LzxOptions): void {
  const bits = new BitReader(data)
  const mainSymbols = BYTES + 8 * slotCount(windowBits)
  const mainLengths = new Uint8Array(mainSymbols)
  const lengthLengths = new Uint8Array(LENGTH_SYMBOLS)
  let recent: [number, number, number] = [1, 1, 1]
  let at = start
  let frameEnd = Math.min(end, start + frameBytes)
  if (bits.take(1) === 1) bits.take(32)
  while (at < end) {
    const type = bits.take(3)
    const stop = Math.min(end, at + bits.take(24))
    if (type === UNCOMPRESSED) {
      recent = bits.positions()
      at = bits.copy(out, at, stop)
      while (frameEnd <= at && frameEnd < end) frameEnd += frameBytes
      continue
    }
    if (type !== VERBATIM && type !== ALIGNED) throw new Error(`a block has the unknown type ${type}`)
    const aligned = type === ALIGNED ? new Tree(Uint8Array.from({ length: ALIGNED_SYMBOLS }, () => bits.take(3))) : null
    readLengths(bits, mainLengths, 0, BYTES)
    readLengths(bits, mainLengths, BYTES, mainSymbols)
    readLengths(bits, lengthLengths, 0, LENGTH_SYMBOLS)
    const main = new Tree(mainLengths)
    const lengths = new Tree(lengthLengths)
    while (at < stop) {
      const symbol = main.read(bits)
      if (symbol < BYTES) out[at++] = symbol
      else {
        const short = (symbol - BYTES) & 7
        const slot = (symbol - BYTES) >> 3
        const length = (short === LONG ? short + lengths.read(bits) : short) + MIN_MATCH
        if (slot < recent.length) {
          const distance = recent[slot]!
          recent[slot] = recent[0]
          recent[0] = distance
        } else recent = [readDistance(bits, slot, aligned), recent[0], recent[1]]
        const distance = recent[0]
        if (distance < 1 || distance > at - start) throw new Error('a match begins before the data')
        for (const last = Math.min(end, at + length); at < last; at++) out[at] = out[at - distance]!
      }
      if (at >= frameEnd && at < end) {
        bits.align()
        frameEnd += frameBytes
      }
    }
  }
}

function slotCount(windowBits: number): number {
  if (windowBits === 21) return 50
  return windowBits === 20 ? 42 : windowBits * 2
}

function readDistance(bits: BitReader, slot: number, aligned: Tree | null): number {
  const more = positionBits[slot]!
  const base = positionBase[slot]! - 2
  if (aligned === null || more < 3) return base + bits.take(more)
  return base + bits.take(more - 3) * 8 + aligned.read(bits)
}

/** Reads the lengths of codes, which are stored as differences to those of the previous block. */
function readLengths(bits: BitReader, lengths: Uint8Array, from: number, to: number): void {
  const tree = new Tree(Uint8Array.from({ length: PRETREE_SYMBOLS }, () => bits.take(4)))
  for (let i = from; i < to;) {
    const symbol = tree.read(bits)
    if (symbol === 17 || symbol === 18) {
      const count = symbol === 17 ? bits.take(4) + 4 : bits.take(5) + 20
      for (const end = Math.min(to, i + count); i < end; i++) lengths[i] = 0
    } else if (symbol === 19) {
      const count = bits.take(1) + 4
      const length = changed(lengths[i]!, tree.read(bits))
      for (const end = Math.min(to, i + count); i < end; i++) lengths[i] = length
    } else {
      lengths[i] = changed(lengths[i]!, symbol)
      i++
    }
  }
}

function changed(length: number, by: number): number {
  return (length - by + 17) % 17
}

/** A canonical Huffman code. */
class Tree {
  readonly #counts = new Uint16Array(MAX_CODE_BITS + 1)
  readonly #firstCodes = new Int32Array(MAX_CODE_BITS + 2)
  readonly #firstIndexes = new Int32Array(MAX_CODE_BITS + 2)
  readonly #symbols: Uint16Array

  constructor(lengths: Uint8Array) {
    this.#symbols = new Uint16Array(lengths.length)
    for (const length of lengths) if (length > 0) this.#counts[length]!++
    let [code, index] = [0, 0]
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      this.#firstCodes[length] = code
      this.#firstIndexes[length] = index
      index += this.#counts[length]!
      code = (code + this.#counts[length]!) << 1
    }
    const next = this.#firstIndexes.slice()
    for (const [symbol, length] of lengths.entries()) if (length > 0) this.#symbols[next[length]!++] = symbol
  }

  read(bits: BitReader): number {
    let code = 0
    for (let length = 1; length <= MAX_CODE_BITS; length++) {
      code = (code << 1) | bits.take(1)
      const at = code - this.#firstCodes[length]!
      if (at >= 0 && at < this.#counts[length]!) return this.#symbols[this.#firstIndexes[length]! + at]!
    }
    throw new Error('a code is unknown')
  }
}

/** Reads bits from 16-bit words. The bytes of a word are little-endian; its highest bit comes first. */
class BitReader {
  readonly #data: Buffer
  #at = 0
  #word = 0
  #left = 0

  constructor(data: Buffer) {
    this.#data = data
  }

  take(count: number): number {
    let value = 0
    for (let missing = count; missing > 0;) {
      if (this.#left === 0) this.#fill()
      const some = Math.min(missing, this.#left)
      value = value * 2 ** some + ((this.#word >> (this.#left - some)) & ((1 << some) - 1))
      this.#left -= some
      missing -= some
    }
    return value
  }

  /** Skips the rest of a word. */
  align(): void {
    this.#left = 0
  }

  /** The three recent positions that are stored before uncompressed data, which begins with the next word. */
  positions(): [number, number, number] {
    if (this.#left === 0) this.#at += 2
    this.#left = 0
    this.#at += 12
    if (this.#at > this.#data.length) throw new Error('the data is cut off')
    const [a, b, c] = [12, 8, 4].map((back) => this.#data.readUInt32LE(this.#at - back))
    return [a!, b!, c!]
  }

  /** Copies uncompressed bytes, and returns the position after them. */
  copy(out: Buffer, from: number, to: number): number {
    const length = to - from
    if (this.#at + length > this.#data.length) throw new Error('the data is cut off')
    this.#data.copy(out, from, this.#at, this.#at + length)
    this.#at += length + (length % 2)
    return to
  }

  #fill(): void {
    if (this.#at > this.#data.length + SLACK_BYTES) throw new Error('the data is cut off')
    this.#word = (this.#data[this.#at] ?? 0) | ((this.#data[this.#at + 1] ?? 0) << 8)
    this.#at += 2
    this.#left = 16
  }
}
