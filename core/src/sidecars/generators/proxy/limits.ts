import type { ContentFacts } from '../generator.ts'

const HOUR_MS = 3_600_000
/** No timer counts as far as 25 days. */
const LONGEST_MS = 24 * 24 * HOUR_MS

/** A film that takes longer is given up, in milliseconds: one that hangs is noticed sooner, see `STALL_MS`. */
export function deadlineMs({ size }: Pick<ContentFacts, 'size'>): number {
  return Math.min(2 * HOUR_MS + (size / 2 ** 30) * HOUR_MS, LONGEST_MS)
}

/** Milliseconds without a step forward after which a film is given up. A slow disk may take as long to move a file's parts. */
export const STALL_MS = 120_000

/** Bytes a proxy may have: one that grows past this is of a film that is made to fill disks. */
export function maxProxyBytes({ size }: Pick<ContentFacts, 'size'>): number {
  return 2 ** 30 + 8 * size
}
