import type { ContentFacts } from '../generator.ts'

const HOUR_MS = 3_600_000
/** Timers cannot wait for 25 days. */
const LONGEST_MS = 24 * 24 * HOUR_MS

/** The time limit for a film, in milliseconds. A stalled one is noticed sooner, see `STALL_MS`. */
export function deadlineMs({ size }: Pick<ContentFacts, 'size'>): number {
  return Math.min(2 * HOUR_MS + (size / 2 ** 30) * HOUR_MS, LONGEST_MS)
}

/**
 * Milliseconds without progress after which a film is given up. On a slow disk, moving the parts of a file may take
 * this long.
 */
export const STALL_MS = 120_000

/** Limit of bytes for a proxy. Only a film that is made to fill disks exceeds it. */
export function maxProxyBytes({ size }: Pick<ContentFacts, 'size'>): number {
  return 2 ** 30 + 8 * size
}
