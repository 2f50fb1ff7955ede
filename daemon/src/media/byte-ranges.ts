/** A range of bytes of a file. It includes `first` and `last`. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** More parts than a reader of a document asks for at once; each costs a read. */
const MAX_RANGES = 8

/**
 * The parts of a file of `size` bytes that a `Range` header asks for (RFC 9110 §14.2). Null means the whole file: there
 * is no such header, it makes no sense, it uses another unit, or it costs more than the whole file, with too many or
 * overlapping parts. Parts that begin after the end are left out; the list is empty if no others remain.
 */
export function parseByteRanges(header: string | null, size: number): readonly ByteRange[] | null {
  // An empty file has no bytes to name, and all of it is as good an answer as none.
  if (header === null || size === 0) return null
  const list = /^bytes=(.*)$/i.exec(header.trim())?.[1]
  if (list === undefined) return null
  const specs = list
    .split(',', MAX_LIST)
    .map((spec) => spec.trim())
    .filter((spec) => spec !== '')
  if (specs.length === 0 || specs.length > MAX_RANGES) return null
  const ranges: ByteRange[] = []
  for (const spec of specs) {
    const range = parseSpec(spec, size)
    if (range === null) return null
    if (range !== BEHIND) ranges.push(range)
  }
  return overlap(ranges) ? null : ranges
}

/** A list may have empty members; one with this many is none that was meant. */
const MAX_LIST = 4 * MAX_RANGES
const BEHIND = 'behind the end'

/** Null where it is none. */
function parseSpec(spec: string, size: number): ByteRange | typeof BEHIND | null {
  const found = /^(\d*)\s*-\s*(\d*)$/.exec(spec)
  if (!found) return null
  const [, from = '', to = ''] = found
  if (from === '') return to === '' ? null : suffix(Number(to), size)
  // Beyond 2^53 numbers lose digits, but no file reaches so far.
  const first = Number(from)
  const last = to === '' ? Infinity : Number(to)
  if (last < first) return null
  return first < size ? { first, last: Math.min(last, size - 1) } : BEHIND
}

function suffix(length: number, size: number): ByteRange | typeof BEHIND {
  return length === 0 ? BEHIND : { first: Math.max(0, size - length), last: size - 1 }
}

function overlap(ranges: readonly ByteRange[]): boolean {
  const sorted = ranges.toSorted((a, b) => a.first - b.first)
  return sorted.some(({ first }, i) => i > 0 && first <= sorted[i - 1]!.last)
}
