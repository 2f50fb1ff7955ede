import assert from 'node:assert/strict'
import { packMessage, unpackMessage } from '../../../core/src/network/wire/message-pack.ts'
import { assertStable, type FuzzTarget, readOrRefuse, shapeOf } from '../target.ts'

export const target: FuzzTarget = {
  reads: 'messages of other devices: MessagePack',
  guides: ['core/src/network/wire/message-pack.ts', 'node_modules/msgpackr/unpack.js'],
  maxBytes: 512,
  seeds: () =>
    [
      null,
      [1, -1, 300, -70_000, 2 ** 40, 1.5],
      { text: 'ä', bytes: Buffer.from([0, 1, 255]), none: undefined, yes: true },
      { a: { b: { c: [[], {}, ['x'.repeat(40)]] } } },
    ].map(packMessage),
  async run(bytes) {
    const read = await readOrRefuse(() => unpackMessage(bytes), { codes: ['InvalidInput'] })
    if ('refused' in read) return read.refused
    assertPlain(read.value)
    assertStable(withoutMinusZero(read.value), { encode: packMessage, decode: unpackMessage })
    return shapeOf(read.value)
  },
}

/** Throws for anything beyond numbers, text, truth, bytes, lists and maps. */
function assertPlain(value: unknown): void {
  assert.ok(typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint', typeof value)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
  assert.ok([Object.prototype, Array.prototype].includes(Object.getPrototypeOf(value)), 'an object with a class')
  Object.values(value).forEach(assertPlain)
}

/** -0 is packed as 0. */
function withoutMinusZero(value: unknown): unknown {
  if (typeof value === 'number') return value + 0
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if (Array.isArray(value)) return value.map(withoutMinusZero)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withoutMinusZero(field)]))
}
