import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  reads: 'a format whose second byte never ends',
  guides: ['e2e/fuzz/test/endless-target.ts'],
  maxBytes: 4,
  seeds: () => [Buffer.from('ab')],
  run(bytes) {
    while (bytes.length > 2);
    return 'short'
  },
}
