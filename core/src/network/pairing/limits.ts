/** How long a code is valid, in milliseconds. */
export const CODE_LIFETIME_MS = 5 * 60_000
/** Failed attempts after which a code is given up. */
export const MAX_ATTEMPTS = 3
/** Maximum number of connections without a proof that are served at the same time; more are refused. */
export const MAX_UNPROVED = 4
/** Time limit for a message of the other device that does not wait for a user, in milliseconds. */
export const STEP_MS = 10_000
/** Time in which the users must compare the number, in milliseconds. */
export const CONFIRM_MS = 2 * 60_000
/** How long the joiner searches for the device that made the code, in milliseconds. */
export const FIND_MS = 30_000
/**
 * How long the inviter waits for the last message to arrive, and answers late joiners that the code is used, in
 * milliseconds.
 */
export const LINGER_MS = 2_000

/** The limits, which tests make shorter. */
export interface PairingLimits {
  readonly lifetimeMs: number
  readonly stepMs: number
  readonly confirmMs: number
  readonly findMs: number
  readonly lingerMs: number
}

export const pairingLimits: PairingLimits = {
  lifetimeMs: CODE_LIFETIME_MS,
  stepMs: STEP_MS,
  confirmMs: CONFIRM_MS,
  findMs: FIND_MS,
  lingerMs: LINGER_MS,
}
