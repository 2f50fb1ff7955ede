import { randomBytes } from 'node:crypto'

/**
 * Generates UUIDv7s (RFC 9562 §5.7, method 1: a counter with a random start in each millisecond). Later ids of one
 * factory sort after earlier ones, so an index on them grows at its end.
 */
export class UuidFactory {
  readonly #now: () => number
  #ms = 0
  #counter = 0
  #pool = randomBytes(POOL_BYTES)
  #used = 0

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Writes the 16 bytes at `offset` of `target`. */
  write(target: Uint8Array, offset: number): void {
    const ms = this.#now()
    if (ms > this.#ms) {
      this.#ms = ms
      this.#counter = this.#random16() & 0x7ff
    } else if (++this.#counter > 0xfff) {
      // The counter is used up, or the clock stopped or went back: use the next millisecond early.
      this.#ms++
      this.#counter = this.#random16() & 0x7ff
    }
    const high = Math.floor(this.#ms / 0x1_0000)
    target[offset] = high >>> 24
    target[offset + 1] = high >>> 16
    target[offset + 2] = high >>> 8
    target[offset + 3] = high
    target[offset + 4] = this.#ms >>> 8
    target[offset + 5] = this.#ms
    target[offset + 6] = 0x70 | (this.#counter >>> 8)
    target[offset + 7] = this.#counter
    if (this.#used + 8 > POOL_BYTES) this.#refill()
    for (let i = 0; i < 8; i++) target[offset + 8 + i] = this.#pool[this.#used++]!
    target[offset + 8] = 0x80 | (target[offset + 8]! & 0x3f)
  }

  next(): Uint8Array {
    const bytes = new Uint8Array(16)
    this.write(bytes, 0)
    return bytes
  }

  #random16(): number {
    if (this.#used + 2 > POOL_BYTES) this.#refill()
    return (this.#pool[this.#used++]! << 8) | this.#pool[this.#used++]!
  }

  #refill(): void {
    this.#pool = randomBytes(POOL_BYTES)
    this.#used = 0
  }
}

/** Random bytes that are generated at once. One call is enough for about a thousand ids. */
const POOL_BYTES = 8_192

/**
 * A UUIDv7 as text. Two generated in the same millisecond may be in either order; use a `UuidFactory` where the order
 * matters.
 */
export function uuidv7(now: number = Date.now()): string {
  return blobToUuid(new UuidFactory(() => now).next())
}

export function uuidToBlob(uuid: string): Uint8Array {
  return Uint8Array.from(Buffer.from(uuid.replaceAll('-', ''), 'hex'))
}

export function blobToUuid(blob: Uint8Array): string {
  return hexToUuid(Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength).toString('hex'))
}

/** Formats 32 lower-case hex digits as a UUID. */
export function hexToUuid(hex: string): string {
  putHex(hex, 0, 8, 0)
  putHex(hex, 8, 12, 1)
  putHex(hex, 12, 16, 2)
  putHex(hex, 16, 20, 3)
  putHex(hex, 20, 32, 4)
  return text.toString('latin1')
}

/** Overwritten for each id: a concatenated string would keep its pieces in memory, six times its size. */
const text = Buffer.from('00000000-0000-0000-0000-000000000000')

/** Copies some digits, shifted by `dashes` places. */
function putHex(hex: string, start: number, end: number, dashes: number): void {
  for (let i = start; i < end; i++) text[i + dashes] = hex.charCodeAt(i)
}
