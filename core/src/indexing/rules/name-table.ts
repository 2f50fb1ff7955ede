/**
 * Bits in the filter of a table. With a hundred names in the table, about one foreign name in forty passes the filter.
 */
const FILTER_BITS = 4_096

/**
 * A map by name for lookups that nearly always fail. A `Map` would have to hash every name of a file system
 * completely. Instead, a filter over a few characters of the name rejects nearly all of them.
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

  /** The value for `name`. If there is none, it is created with `create`. */
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
  // The middle character distinguishes names better than the second one: many names in rules begin alike.
  const middle = name.charCodeAt(start + (length >>> 1))
  const mixed = Math.imul(name.charCodeAt(start), 0x9e3779b1) ^ Math.imul(middle, 0x85ebca6b)
  return (mixed ^ Math.imul(name.charCodeAt(name.length - 1) + (length << 8), 0xc2b2ae35)) >>> 20
}
