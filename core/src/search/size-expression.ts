import { CoreError } from '../util/errors.ts'
import { readSize, type WrittenSize } from '../util/read-size.ts'

/** Sizes in whole bytes, both ends included. */
export interface SizeRange {
  readonly min: number
  readonly max: number
}

/**
 * Reads `>100MB`, `<=5GiB`, `>1kb <2mb`, `1kb..2mb` (ends included), and `empty`. A size alone stands for all sizes
 * that are rounded to it (`1.5GB` means 1.45 up to 1.55). KB, MB, GB, TB count in thousands, KiB, MiB, GiB, TiB in
 * 1,024s. Throws `InvalidInput` for anything else.
 */
export function parseSizeExpression(text: string): SizeRange {
  const range = readExpression(text)
  if (range.min <= range.max) return range
  throw new CoreError('InvalidInput', `no size fits ${JSON.stringify(text)}; write the smaller size first: 1kb..2mb`)
}

function readExpression(text: string): SizeRange {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === 'empty') return { min: 0, max: 0 }
  const ends = trimmed.split('..')
  if (ends.length === 2) return betweenEnds(ends[0]!, ends[1]!, text)
  const comparisons = [...trimmed.matchAll(COMPARISON)]
  if (comparisons.length === 0 || comparisons.map((match) => match[0]).join('') !== trimmed) throw notASize(text)
  return comparisons
    .map((match) => compared(match[1]!, match[2]!, text))
    .reduce((a, b) => ({ min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) }))
}

/** An operator, or none, and the text up to the next operator. */
const COMPARISON = /(>=|<=|>|<|=|)([^<>=]+)/g

function betweenEnds(from: string, to: string, text: string): SizeRange {
  if (!from.trim() && !to.trim()) throw notASize(text)
  return {
    min: from.trim() ? Math.ceil(parseSize(from, text).bytes) : 0,
    max: to.trim() ? Math.floor(parseSize(to, text).bytes) : Infinity,
  }
}

function compared(operator: string, value: string, text: string): SizeRange {
  const { bytes, precision } = parseSize(value, text)
  switch (operator) {
    case '>':
      return { min: Math.floor(bytes) + 1, max: Infinity }
    case '>=':
      return { min: Math.ceil(bytes), max: Infinity }
    case '<':
      return { min: 0, max: Math.ceil(bytes) - 1 }
    case '<=':
      return { min: 0, max: Math.floor(bytes) }
    default:
      return { min: Math.max(0, Math.ceil(bytes - precision / 2)), max: Math.ceil(bytes + precision / 2) - 1 }
  }
}

function parseSize(value: string, text: string): WrittenSize {
  const size = readSize(value)
  if (!size) throw notASize(text)
  return size
}

function notASize(text: string): CoreError {
  return new CoreError(
    'InvalidInput',
    `cannot read the size ${JSON.stringify(text)}; write it like >100MB, 1kb..2mb or <=5GiB`,
  )
}
