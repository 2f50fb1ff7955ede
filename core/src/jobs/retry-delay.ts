import type { JobLimits } from './limits.ts'

/**
 * Milliseconds to wait after attempt number `attempts` failed: doubling, up to `retryMaxMs`, of which the second half
 * is left to chance, so that jobs that failed together do not come back together.
 */
export function retryDelay(
  attempts: number,
  limits: Pick<JobLimits, 'retryBaseMs' | 'retryMaxMs'>,
  random: () => number,
): number {
  const full = Math.min(limits.retryMaxMs, limits.retryBaseMs * 2 ** (attempts - 1))
  return Math.round(full * (0.5 + random() / 2))
}
