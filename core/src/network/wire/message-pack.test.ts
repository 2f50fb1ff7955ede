import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CoreError } from '../../util/errors.ts'
import { packMessage, unpackMessage } from './message-pack.ts'

test('what was packed is unpacked', () => {
  fc.assert(
    fc.property(plainValue, (value) => {
      expect(unpackMessage(packMessage(value))).toEqual(value)
    }),
  )
})

test('bytes and what is left out survive', () => {
  const bytes = Buffer.from([0, 1, 255])
  expect(unpackMessage(packMessage({ bytes, none: undefined, big: 2 ** 40 }))).toEqual({
    bytes,
    none: undefined,
    big: 2 ** 40,
  })
})

test('any bytes are a value or are refused, and what is a value is a plain one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const value = unpackOrRefuse(bytes)
      if (value !== refused) expectPlain(value)
    }),
    { numRuns: 2_000 },
  )
})

test('a message with one byte changed, cut or added is a plain value or is refused', () => {
  fc.assert(
    fc.property(plainValue, fc.nat(), fc.nat(255), (value, at, byte) => {
      const packed = Uint8Array.from(packMessage(value))
      expect(unpackOrRefuse(packed.subarray(0, at % packed.length))).toBe(refused)
      expect(unpackOrRefuse(Uint8Array.from([...packed, byte]))).toBe(refused)
      packed[at % packed.length] = byte
      const changed = unpackOrRefuse(packed)
      if (changed !== refused) expectPlain(changed)
    }),
  )
})

test.each([
  ['a list of four billion', [0xdd, 0xff, 0xff, 0xff, 0xff]],
  ['a map of four billion', [0xdf, 0xff, 0xff, 0xff, 0xff, 0x00]],
  ['a text of four gigabytes', [0xdb, 0xff, 0xff, 0xff, 0xff, 0x61]],
  ['bytes that are not there', [0xc6, 0xff, 0xff, 0xff, 0xff]],
  ['a regular expression', [0xc7, 0x03, 0x78, 0xa1, 0x61, 0xa0]],
  ['a set', [0xd4, 0x73, 0x00, 0x91, 0x01]],
  ['a record', [0xd4, 0x72, 0x40, 0x91, 0xa1, 0x61, 0x01]],
  ['a large number of a type of its own', [0xc7, 0x01, 0x42, 0x01]],
  ['a time', [0xd6, 0xff, 0x00, 0x00, 0x00, 0x00]],
  ['a key that is a number', [0x81, 0x01, 0x01]],
  ['a key that is a list', [0x81, 0x90, 0x01]],
  ['__proto__', [0x81, 0xa9, ...Buffer.from('__proto__'), 0x80]],
  ['nothing', []],
  ['what is reserved', [0xc1]],
])('%s is refused', (_, bytes) => {
  expect(() => unpackMessage(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'InvalidInput' }))
})

test('values nested a million deep are refused without running out of stack', () => {
  for (const opening of [[0x91], [0x81, 0xa1, 0x61]]) {
    const deep = Buffer.concat([
      Buffer.concat(Array.from({ length: 1_000_000 }, () => Buffer.from(opening))),
      Buffer.of(0xc0),
    ])
    expect(unpackOrRefuse(deep)).toBe(refused)
  }
})

test('ordinary nesting is taken', () => {
  let value: unknown = 'innermost'
  for (let i = 0; i < 30; i++) value = i % 2 ? [value] : { value }
  expect(unpackMessage(packMessage(value))).toEqual(value)
})

const refused = Symbol('refused')

const plainValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.string(),
    fc.integer(),
    // -0 is packed as 0.
    fc.double({ noNaN: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 20 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 20, noNullPrototype: true },
    ),
  ),
})).value

function unpackOrRefuse(bytes: Uint8Array): unknown {
  try {
    return unpackMessage(bytes)
  } catch (err) {
    if (err instanceof CoreError && err.code === 'InvalidInput') return refused
    throw err
  }
}

function expectPlain(value: unknown): void {
  expect(strangersIn(value)).toEqual([])
}

/** Values that plain messages never contain: anything except numbers, strings, booleans, bytes, lists and maps. */
function strangersIn(value: unknown): unknown[] {
  if (typeof value === 'function' || typeof value === 'symbol') return [value]
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return []
  const isPlain = [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value))
  return isPlain ? Object.values(value).flatMap(strangersIn) : [value]
}
