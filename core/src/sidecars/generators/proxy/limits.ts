import type { ContentFacts } from '../generator.ts'

const HOUR_MS = 3_600_000
/** The longest time limit, for a file whose size is false. */
const LONGEST_MS = 24 * 24 * HOUR_MS

/** Limit on the processor time for a film, in milliseconds. A stalled one is noticed sooner, see `STALL_MS`. */
export function deadlineMs({ size }: Pick<ContentFacts, 'size'>): number {
  return Math.min(2 * HOUR_MS + (size / 2 ** 30) * HOUR_MS, LONGEST_MS)
}

/** If a film makes no progress for this many milliseconds of processor time, it is given up. */
export const STALL_MS = 120_000

/** Limit on the bytes of a proxy. Only a film that was made to fill disks exceeds it. */
export function maxProxyBytes({ size }: Pick<ContentFacts, 'size'>): number {
  return 2 ** 30 + 8 * size
}
