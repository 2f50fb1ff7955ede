/** Connections of strangers that have not said yet what they want; more are refused. */
export const MAX_UNPROVED = 4
/** Strangers whose numbers are compared at once; a person can look at no more. */
export const MAX_COMPARING = 3
/**
 * Strangers that may learn a number while a device is to be seen. Who sits in between can go away with a number that
 * does not fit and try another one: one chance in a million each time, and no more than so many of them.
 */
export const MAX_GREETINGS = 20
/** Guests at once, those whose files are on their way among them. */
export const MAX_GUESTS = 16
/** How long one message may take, while no person is asked, in milliseconds. */
export const STEP_MS = 10_000
/** How long two people have to compare the number, in milliseconds. */
export const COMPARE_MS = 2 * 60_000
/** How long a connection that was lost is waited for, and how often it is tried, in milliseconds. */
export const RETURN_MS = 60_000
export const RETRY_MS = 2_000
/** How long the last word has to arrive, in milliseconds. */
export const LINGER_MS = 2_000

/** What tests make shorter. */
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
