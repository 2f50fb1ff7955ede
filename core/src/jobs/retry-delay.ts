import type { JobLimits } from './limits.ts'

/**
 * Milliseconds to wait after attempt number `attempts` has failed. The wait doubles with each attempt, up to
 * `retryMaxMs`. Half of it is random, so that jobs that failed together are not retried together.
 */
export function retryDelay(
  attempts: number,
  limits: Pick<JobLimits, 'retryBaseMs' | 'retryMaxMs'>,
  random: () => number,
): number {
  const full = Math.min(limits.retryMaxMs, limits.retryBaseMs * 2 ** (attempts - 1))
  return Math.round(full * (0.5 + random() / 2))
}
