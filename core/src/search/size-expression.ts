import { CoreError } from '../util/errors.ts'

/** Sizes in whole bytes, both ends included. */
export interface SizeRange {
  readonly min: number
  readonly max: number
}

/**
 * Reads `>100MB`, `<=5GiB`, `>1kb <2mb`, `1kb..2mb` (ends included), `empty`, and a size alone, which stands for all
 * sizes that round to it (`1.5GB` is 1.45 up to 1.55). KB, MB, GB, TB count in thousands, KiB, MiB, GiB, TiB in 1,024s.
 * Throws `InvalidInput` for anything else.
 */
export function parseSizeExpression(text: string): SizeRange {
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

/** `precision` is the value of one step of the last digit, in bytes. */
function parseSize(value: string, text: string): { bytes: number; precision: number } {
  const match = /^\s*(\d+)(?:\.(\d+))?\s*([a-z]*)[\s,]*$/.exec(value)
  const unit = match && UNITS.get(match[3]!)
  if (!unit) throw notASize(text)
  const decimals = match[2] ?? ''
  return { bytes: Number(`${match[1]}.${decimals}`) * unit, precision: Math.max(1, unit / 10 ** decimals.length) }
}

const UNITS = new Map<string, number>([
  ...['', 'b', 'byte', 'bytes'].map((name) => [name, 1] as const),
  ...['k', 'm', 'g', 't', 'p'].flatMap((letter, i): [string, number][] => [
    [letter, 1_000 ** (i + 1)],
    [`${letter}b`, 1_000 ** (i + 1)],
    [`${letter}i`, 1_024 ** (i + 1)],
    [`${letter}ib`, 1_024 ** (i + 1)],
  ]),
])

function notASize(text: string): CoreError {
  return new CoreError(
    'InvalidInput',
    `cannot read the size ${JSON.stringify(text)}; write it like >100MB, 1kb..2mb or <=5GiB`,
  )
}
