/** Maximum number of connections of strangers that have not yet sent a complete greeting; more are refused. */
export const MAX_UNPROVED = 4
/** Maximum number of strangers whose numbers are compared at the same time, because a user cannot compare more. */
export const MAX_COMPARING = 3
/**
 * Maximum number of strangers that may learn a number during one period of visibility. An attacker in between can
 * leave with a number that does not match and try again, with a chance of one in a million each time. This limits the
 * number of tries.
 */
export const MAX_GREETINGS = 20
/** Maximum number of guests at once, including those with running transfers. */
export const MAX_GUESTS = 16
/** Time limit for a message that does not wait for a user, in milliseconds. */
export const STEP_MS = 10_000
/** Time in which the users must compare the number, in milliseconds. */
export const COMPARE_MS = 2 * 60_000
/** How long to wait for a lost connection to come back, and how often to try, in milliseconds. */
export const RETURN_MS = 60_000
export const RETRY_MS = 2_000
/** How long to wait until the last message has arrived, in milliseconds. */
export const LINGER_MS = 2_000

/** The limits, which tests make shorter. */
export interface NearbyLimits {
  readonly stepMs: number
  readonly compareMs: number
  readonly returnMs: number
  readonly retryMs: number
  readonly lingerMs: number
}

export const nearbyLimits: NearbyLimits = {
  stepMs: STEP_MS,
  compareMs: COMPARE_MS,
  returnMs: RETURN_MS,
  retryMs: RETRY_MS,
  lingerMs: LINGER_MS,
}
