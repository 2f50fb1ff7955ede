import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareNatural, naturalPrefix } from './natural-order.ts'

const range = (text: string) => ({ bytes: Buffer.from(text), start: 0, end: Buffer.byteLength(text) })
const compare = (a: string, b: string) => Math.sign(compareNatural(range(a), range(b)))

test('numbers are sorted by their value', () => {
  const names = ['img 9', 'img 10', 'img 010b', 'img 11', 'img', 'a9', 'a10', '2', '10', '010', '0']
  expect(names.toSorted(compare)).toEqual([
    '0',
    '2',
    '10',
    '010',
    'a9',
    'a10',
    'img',
    'img 9',
    'img 10',
    'img 010b',
    'img 11',
  ])
})

const name = fc.string({ unit: fc.constantFrom('0', '1', '9', 'a', 'b', '-', 'é'), maxLength: 9 })

test('the prefix number never contradicts the order', () => {
  fc.assert(
    fc.property(name, name, (a, b) => {
      const [x, y] = [a, b].map((text) => naturalPrefix(Buffer.from(text), 0, Buffer.byteLength(text)))
      expect(x === y ? compare(a, b) : Math.sign(x! - y!)).toBe(compare(a, b))
    }),
  )
})

test('it is an order: turned round and chained it agrees with itself', () => {
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      expect(compare(a, b) + compare(b, a)).toBe(0)
      const chained = compare(a, b) <= 0 && compare(b, c) <= 0
      expect(!chained || compare(a, c) <= 0).toBe(true)
    }),
  )
})
