import type { RawName } from '../../util/file-name.ts'

export const FINGERPRINT_BYTES = 8

/**
 * A 64-bit sum over the names and stats of a folder's entries, independent of their order. If two sums are equal, no
 * recorded fact has changed, so the rows need not be read.
 */
export class Fingerprint {
  #a = 0
  #b = 0

  /** `numbers` are the fields of one entry, in the order that `listing.ts` defines. */
  add(name: RawName, numbers: readonly number[], bigInode: Uint8Array | undefined): void {
    const kind = numbers[0]!
    let h = hashName(name)
    h = mix(h, kind)
    // A folder's size and link count follow from its contents, which its own fingerprint covers.
    if (kind !== 1) {
      h = mixNumber(h, numbers[1]!)
      h = mixNumber(h, numbers[2]!)
      h = mix(h, numbers[8]!)
    }
    h = mixNumber(h, numbers[5]!)
    h = mixNumber(h, numbers[3]!)
    h = mix(h, numbers[4]!)
    if (bigInode) for (const byte of bigInode) h = mix(h, byte)
    else h = mixNumber(h, numbers[7]!)
    h = mix(h, numbers[9]!)
    h = mix(h, numbers[10]!)
    this.#a = (this.#a + finish(h)) | 0
    this.#b = (this.#b + finish(Math.imul(h ^ 0x5bd1e995, 0x27d4eb2f))) | 0
  }

  /** The sum as `FINGERPRINT_BYTES` bytes, in the format of `directories.fingerprint`. */
  bytes(): Uint8Array {
    const bytes = Buffer.alloc(FINGERPRINT_BYTES)
    bytes.writeInt32BE(this.#a, 0)
    bytes.writeInt32BE(this.#b, 4)
    return new Uint8Array(bytes)
  }

  /** `hex` is the result of `bytes` in hexadecimal. */
  equals(hex: string): boolean {
    return Number.parseInt(hex.slice(0, 8), 16) === this.#a >>> 0 && Number.parseInt(hex.slice(8), 16) === this.#b >>> 0
  }
}

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashName(name: RawName): number {
  let h = 0x811c9dc5 | 0
  if (typeof name === 'string') for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  else for (const byte of name) h = Math.imul(h ^ byte, 0x01000193)
  return h
}

/** One round of MurmurHash3, 32 bits: https://github.com/aappleby/smhasher */
function mix(h: number, value: number): number {
  let k = Math.imul(value | 0, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  h ^= Math.imul(k, 0x1b873593)
  h = (h << 13) | (h >>> 19)
  return (Math.imul(h, 5) + 0xe6546b64) | 0
}

function mixNumber(h: number, value: number): number {
  return mix(mix(h, value), Math.floor(value / 0x1_0000_0000))
}

function finish(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}
