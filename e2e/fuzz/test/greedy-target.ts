import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  reads: 'a format whose length is believed',
  guides: ['e2e/fuzz/test/greedy-target.ts'],
  maxBytes: 4,
  seeds: () => [Buffer.from('ab')],
  run(bytes) {
    const kept: number[][] = []
    while (bytes.length > 2) kept.push(Array.from({ length: 100_000 }, (_, index) => index + kept.length))
    return 'short'
  },
}
