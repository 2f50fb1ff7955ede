import { expect, test } from 'vitest'
import { isPlausiblePacket } from './plausible-packet.ts'

test('a packet that promises more records than it has room for is not read', () => {
  const packet = (bytes: number, counts: readonly number[]) => {
    const all = Buffer.alloc(bytes)
    for (const [at, count] of counts.entries()) all.writeUInt16BE(count, 4 + 2 * at)
    return all
  }
  expect(isPlausiblePacket(packet(120, [0, 49_410, 0, 0]))).toBe(false)
  expect(isPlausiblePacket(packet(120, [65_535, 0, 0, 0]))).toBe(false)
  expect(isPlausiblePacket(packet(120, [0, 4, 4, 2]))).toBe(false)
  expect(isPlausiblePacket(packet(11, []))).toBe(false)
  expect(isPlausiblePacket(packet(120, [1, 2, 0, 1]))).toBe(true)
})
