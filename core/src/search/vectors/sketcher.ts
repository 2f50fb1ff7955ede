/** Limit on the bits of a sketch. More bits take more time and do not improve the order. */
const MAX_BITS = 1_024
/** Minimum number of bits. With fewer bits, as short vectors would get, distances are too imprecise. */
const MIN_BITS = 512
/** After two rounds, the value of one number affects all numbers. */
const ROUNDS = 2

/**
 * Makes sketches of vectors: one bit for each of some fixed directions in space. The bit tells whether the vector
 * points towards or away from the direction. The number of bits in which two sketches differ approximates the angle
 * between the vectors (Charikar, "Similarity Estimation Techniques from Rounding Algorithms", 2002). The directions
 * come from a rotation by random signs and Hadamard transforms (Ailon and Chazelle, "The Fast Johnson–Lindenstrauss
 * Transform", 2009), so that models whose numbers are mostly positive, or mostly zero, give equally good sketches.
 */
export class Sketcher {
  readonly #dimensions: number
  readonly #signs: Int8Array
  readonly #turned: Float64Array
  /** Length of a sketch. */
  readonly bytes: number

  constructor(dimensions: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(MIN_BITS, dimensions)))
    this.#dimensions = dimensions
    this.#signs = randomSigns(size * ROUNDS)
    this.#turned = new Float64Array(size)
    this.bytes = Math.min(MAX_BITS, size) / 8
  }

  /** Throws `RangeError` if the vector has another length. */
  sketch(vector: Float32Array): Uint8Array {
    if (vector.length !== this.#dimensions)
      throw new RangeError(`a vector of ${vector.length} numbers among those of ${this.#dimensions}`)
    const turned = this.#turned
    const size = turned.length
    turned.fill(0)
    turned.set(vector)
    for (let round = 0; round < ROUNDS; round++) {
      const signs = this.#signs.subarray(round * size)
      for (let i = 0; i < size; i++) turned[i]! *= signs[i]!
      transform(turned)
    }
    const sketch = new Uint8Array(this.bytes)
    for (let i = 0; i < this.bytes * 8; i++) {
      if (turned[i]! > 0) sketch[i >> 3]! |= 1 << (i & 7)
    }
    return sketch
  }
}

/** Hadamard's transform, in place. */
function transform(values: Float64Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let from = 0; from < values.length; from += 2 * half) {
      for (let i = from; i < from + half; i++) {
        const a = values[i]!
        const b = values[i + half]!
        values[i] = a + b
        values[i + half] = a - b
      }
    }
  }
}

/**
 * Random signs. They must never change, because sketches are stored in databases. The step and the mixing are those of
 * splitmix32.
 */
function randomSigns(count: number): Int8Array {
  let state = 0x5ce7c4
  return Int8Array.from({ length: count }, () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) & 1) === 0 ? -1 : 1
  })
}
