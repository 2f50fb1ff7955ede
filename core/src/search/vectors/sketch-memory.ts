import { HAMMING_BASE64 } from './hamming-bytes.ts'

/** Limit on the bytes of all sketches together: some four million sketches of vectors with 384 dimensions. */
export const MAX_SKETCH_BYTES = 256 * 1_048_576

/** Sketches that one call compares: few enough that their distances stay in the processor's cache. */
const PER_CALL = 4_096
const QUERY_AT = 0
/** The length of the longest sketch, in bytes. */
const MAX_BYTES = 128
const DISTANCES_AT = QUERY_AT + MAX_BYTES
const SKETCHES_AT = DISTANCES_AT + PER_CALL * 2
const PAGE = 65_536
const GROWTH = 1 / 4

// Node has this type; it is declared here because this code does not use the types of the `dom` library.
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object) => { readonly exports: unknown }
}

interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  distances(at: number, count: number, bytes: number, query: number, out: number): void
}

/** Sketches of equal length, stored outside the JavaScript heap. They are compared 128 bits at a time. */
export class SketchMemory {
  readonly #wasm: Exports
  readonly #bytes: number
  #memory: Uint8Array
  count = 0

  /** `bytes` is the length of a sketch and must be a multiple of 16. */
  constructor(bytes: number) {
    this.#bytes = bytes
    this.#wasm = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(HAMMING_BASE64, 'base64')))
      .exports as Exports
    this.#memory = new Uint8Array(this.#wasm.memory.buffer)
  }

  /** Whether this many more bytes fit. */
  hasRoom(bytes: number): boolean {
    return this.count * this.#bytes + bytes <= MAX_SKETCH_BYTES
  }

  /** Adds sketches, one after the other in `sketches`. They must fit. */
  add(sketches: Uint8Array): void {
    const at = SKETCHES_AT + this.count * this.#bytes
    const missing = at + sketches.length - this.#memory.length
    if (missing > 0) {
      const most = SKETCHES_AT + MAX_SKETCH_BYTES - this.#memory.length
      const wanted = Math.max(missing, Math.min(most, this.#memory.length * GROWTH))
      this.#wasm.memory.grow(Math.ceil(wanted / PAGE))
      this.#memory = new Uint8Array(this.#wasm.memory.buffer)
    }
    this.#memory.set(sketches, at)
    this.count += sketches.length / this.#bytes
  }

  /** The number of bits in which each sketch differs from the query. */
  distances(query: Uint8Array): Uint16Array {
    this.#memory.set(query, QUERY_AT)
    const distances = new Uint16Array(this.count)
    const some = new Uint16Array(this.#wasm.memory.buffer, DISTANCES_AT, PER_CALL)
    for (let from = 0; from < this.count; from += PER_CALL) {
      const count = Math.min(PER_CALL, this.count - from)
      this.#wasm.distances(SKETCHES_AT + from * this.#bytes, count, this.#bytes, QUERY_AT, DISTANCES_AT)
      distances.set(count === PER_CALL ? some : some.subarray(0, count), from)
    }
    return distances
  }
}
