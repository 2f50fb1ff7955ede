/** Bits of a table's filter: with a hundred names in it, it lets through about one foreign name in forty. */
const FILTER_BITS = 4_096

/**
 * Values by name, for asking about names that are mostly not in it. In a map every name of a file system would have to
 * be hashed whole, for the first and only time; a filter over a few of its characters answers for nearly all of them.
 */
export class NameTable<T> {
  readonly #values = new Map<string, T>()
  readonly #filter = new Uint32Array(FILTER_BITS / 32)

  get size(): number {
    return this.#values.size
  }

  /** The value for the part of `name` from `start` on. */
  get(name: string, start = 0): T | undefined {
    const bit = filterBit(name, start)
    if (((this.#filter[bit >>> 5]! >>> (bit & 31)) & 1) === 0) return undefined
    return this.#values.get(start === 0 ? name : name.slice(start))
  }

  /** The value for `name`, made by `create` where there is none. */
  getOrCreate(name: string, create: () => T): T {
    const known = this.#values.get(name)
    if (known !== undefined) return known
    const bit = filterBit(name, 0)
    this.#filter[bit >>> 5]! |= 1 << (bit & 31)
    const value = create()
    this.#values.set(name, value)
    return value
  }
}

function filterBit(name: string, start: number): number {
  const length = name.length - start
  if (length < 3) return length
  // The middle tells more than the second character: many names that rules know begin alike.
  const middle = name.charCodeAt(start + (length >>> 1))
  const mixed = Math.imul(name.charCodeAt(start), 0x9e3779b1) ^ Math.imul(middle, 0x85ebca6b)
  return (mixed ^ Math.imul(name.charCodeAt(name.length - 1) + (length << 8), 0xc2b2ae35)) >>> 20
}
