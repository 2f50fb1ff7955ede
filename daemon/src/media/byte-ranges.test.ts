import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseByteRanges } from './byte-ranges.ts'

type Spec = { from: number; to: number } | { from: number } | { last: number }

/** Bytes are few, so that ranges meet each other and the end. */
const number = fc.integer({ min: 0, max: 30 })
const spec: fc.Arbitrary<Spec> = fc.oneof(
  fc.record({ from: number, to: number }),
  fc.record({ from: number }),
  fc.record({ last: number }),
)

function write(each: Spec): string {
  if ('last' in each) return `-${each.last}`
  return 'to' in each ? `${each.from}-${each.to}` : `${each.from}-`
}

/** The numbers of the bytes that are meant, one by one; null where it makes no sense. */
function meant(each: Spec, size: number): number[] | null {
  if ('to' in each && each.to < each.from) return null
  const all = Array.from({ length: size }, (_, byte) => byte)
  if ('last' in each) return each.last === 0 ? [] : all.slice(-each.last)
  return all.filter((byte) => byte >= each.from && byte <= ('to' in each ? each.to : Infinity))
}

function model(specs: readonly Spec[], size: number): number[][] | null {
  if (size === 0 || specs.length > 8) return null
  const parts: number[][] = []
  for (const each of specs) {
    const bytes = meant(each, size)
    if (bytes === null) return null
    if (bytes.length > 0) parts.push(bytes)
  }
  const all = parts.flat()
  return new Set(all).size < all.length ? null : parts
}

test('ranges are those that the header means', () => {
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 10 }), fc.integer({ min: 0, max: 25 }), (specs, size) => {
      const found = parseByteRanges(`bytes=${specs.map(write).join(', ')}`, size)
      const bytes = found?.map(({ first, last }) => Array.from({ length: last + 1 - first }, (_, i) => first + i))
      expect(bytes ?? null).toEqual(model(specs, size))
    }),
    { numRuns: 2_000 },
  )
})

test('whatever the header says, no range leaves the file, and none asks for a byte twice', () => {
  const text = fc.string({ unit: fc.constantFrom(...Array.from('0123456789-, =bytes\t\0x')), maxLength: 60 })
  fc.assert(
    fc.property(text, fc.nat(50), (header, size) => {
      const ranges = parseByteRanges(`bytes=${header}`, size) ?? []
      const bytes = ranges.flatMap(({ first, last }) => Array.from({ length: last + 1 - first }, (_, i) => first + i))
      expect(new Set(bytes).size).toBe(bytes.length)
      expect(bytes.every((byte) => byte >= 0 && byte < size)).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})
