/**
 * Zero crossings of the filter on each side. With this number, frequencies that are a tenth above half the rate are 60
 * dB weaker.
 */
const CROSSINGS = 24
/** The frequency at which the filter begins to attenuate, as a fraction of half the lower rate. */
const CUTOFF = 0.92

/**
 * Changes the sample rate of sound in blocks. It uses a windowed sinc, which removes frequencies that the lower rate
 * cannot represent.
 */
export class Resampler {
  readonly #step: number
  readonly #phases: number
  readonly #taps: number
  /** A filter for each position between two input samples. */
  readonly #filters: Float32Array
  #kept: Float64Array
  /** The position of the next output sample: counted in input samples from the first kept one, times `#phases`. */
  #at: number

  /** Rates in samples per second, as integers. */
  constructor(from: number, to: number) {
    const common = divisor(from, to)
    this.#phases = to / common
    this.#step = from / common
    const cutoff = CUTOFF * Math.min(1, to / from)
    const half = Math.ceil(CROSSINGS / cutoff)
    this.#taps = 2 * half
    this.#filters = filters(this.#phases, half, cutoff)
    // Silence before the first sample compensates for the delay of the filter.
    this.#kept = new Float64Array(half - 1)
    this.#at = 0
  }

  /** Returns the output that is complete after another block of input. */
  push(block: Float32Array): Float32Array {
    const input = new Float64Array(this.#kept.length + block.length)
    input.set(this.#kept)
    input.set(block, this.#kept.length)
    const [taps, phases] = [this.#taps, this.#phases]
    const count = Math.max(0, Math.floor(((input.length - taps) * phases - this.#at) / this.#step) + 1)
    const output = new Float32Array(count)
    const table = this.#filters
    for (let i = 0; i < count; i++) {
      const start = Math.floor(this.#at / phases)
      const filter = (this.#at - start * phases) * taps
      // Two independent sums, so that the processor can compute them in parallel.
      let [even, odd] = [0, 0]
      for (let tap = 0; tap < taps; tap += 2) {
        even += input[start + tap]! * table[filter + tap]!
        odd += input[start + tap + 1]! * table[filter + tap + 1]!
      }
      output[i] = even + odd
      this.#at += this.#step
    }
    const used = Math.min(input.length, Math.floor(this.#at / phases))
    this.#at -= used * phases
    this.#kept = input.slice(used)
    return output
  }

  /** Returns the rest of the output after the last block. */
  end(): Float32Array {
    return this.push(new Float32Array(this.#taps / 2))
  }
}

function filters(phases: number, half: number, cutoff: number): Float32Array {
  const taps = 2 * half
  const all = new Float32Array(phases * taps)
  for (let phase = 0; phase < phases; phase++) {
    const row = all.subarray(phase * taps, (phase + 1) * taps)
    // The output is at the middle of the filter, after half of the taps.
    for (let tap = 0; tap < taps; tap++) row[tap] = sincAt(tap - (half - 1) - phase / phases, half, cutoff)
    const sum = row.reduce((each, value) => each + value, 0)
    for (let tap = 0; tap < taps; tap++) row[tap]! /= sum
  }
  return all
}

/** A sinc with a Blackman window. */
function sincAt(x: number, half: number, cutoff: number): number {
  if (Math.abs(x) >= half) return 0
  const angle = Math.PI * x * cutoff
  const sinc = angle === 0 ? 1 : Math.sin(angle) / angle
  const place = (x / half + 1) * Math.PI
  return sinc * (0.42 - 0.5 * Math.cos(place) + 0.08 * Math.cos(2 * place))
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b)
}
