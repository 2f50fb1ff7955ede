import type { ContentFacts } from '../generator.ts'

const HOUR_MS = 3_600_000
/** The longest time limit, because timers cannot wait for 25 days. */
const LONGEST_MS = 24 * 24 * HOUR_MS

/** The time limit for a film, in milliseconds. A stalled one is noticed sooner, see `STALL_MS`. */
export function deadlineMs({ size }: Pick<ContentFacts, 'size'>): number {
  return Math.min(2 * HOUR_MS + (size / 2 ** 30) * HOUR_MS, LONGEST_MS)
}

/**
 * If a film makes no progress for this many milliseconds, it is given up. On a slow disk, moving the parts of a file
 * may take this long.
 */
export const STALL_MS = 120_000

/** Limit on the bytes of a proxy. Only a film that was made to fill disks exceeds it. */
export function maxProxyBytes({ size }: Pick<ContentFacts, 'size'>): number {
  return 2 ** 30 + 8 * size
}
