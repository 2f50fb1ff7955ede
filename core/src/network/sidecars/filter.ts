/**
 * Bits for each sidecar, and the number of hashes. With these, one in a hundred missing sidecars seems to exist (Bloom
 * 1970).
 */
const BITS_PER_ITEM = 10
const HASHES = 7
const ID_BYTES = 16

/**
 * A Bloom filter of content ids. The ids are hashes themselves: the four bytes at 0 and those at 12, both big-endian,
 * are used as two hashes a and b, and bit (a + i·b) mod bits is set for i from 0 to 6.
 */
export function makeFilter(ids: Uint8Array, step: number): Uint8Array {
  const count = ids.length / step
  const filter = new Uint8Array(Math.ceil((count * BITS_PER_ITEM) / 8))
  for (let at = 0; at < ids.length; at += step) {
    for (const bit of bitsOf(ids.subarray(at, at + ID_BYTES), filter.length * 8)) filter[bit >> 3]! |= 1 << (bit & 7)
  }
  return filter
}

export function mayHave(filter: Uint8Array, id: Uint8Array): boolean {
  if (filter.length === 0) return false
  return bitsOf(id, filter.length * 8).every((bit) => (filter[bit >> 3]! & (1 << (bit & 7))) !== 0)
}

function bitsOf(id: Uint8Array, bits: number): number[] {
  const view = new DataView(id.buffer, id.byteOffset, ID_BYTES)
  const [a, b] = [view.getUint32(0), view.getUint32(12)]
  return Array.from({ length: HASHES }, (_, i) => (a + i * b) % bits)
}
