import type { FuzzTarget } from '../target.ts'

/** A fault behind four bytes that are compared one after the other: found in minutes by coverage, in ages by chance. */
export const target: FuzzTarget = {
  reads: 'a format with a magic number and a planted fault',
  guides: ['e2e/fuzz/test/magic-target.ts'],
  maxBytes: 16,
  seeds: () => [Buffer.from('begin')],
  run(bytes) {
    if (bytes[0] !== 0x40 + 13) return 'other'
    if (bytes[1] !== 0x60 + 7) return 'other'
    if (bytes[2] !== 0x70 + 9) return 'other'
    if (bytes[3] === 0x50 + 6) throw new RangeError('the planted fault')
    return 'other'
  },
}
