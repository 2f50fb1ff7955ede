/** How long a code can be used, in milliseconds. */
export const CODE_LIFETIME_MS = 5 * 60_000
/** How many devices may fail to prove a code before it is burnt. */
export const MAX_ATTEMPTS = 3
/** Connections that have proved nothing yet and are served at once; more are refused. */
export const MAX_UNPROVED = 4
/** How long one message of the other device may take, while no person is asked. */
export const STEP_MS = 10_000
/** How long two people have to compare the number. */
export const CONFIRM_MS = 2 * 60_000
/** How long the joiner looks for the device that made the code. */
export const FIND_MS = 30_000
/** How long the inviter stays to tell a latecomer that the code is used, and for the last message to arrive. */
export const LINGER_MS = 2_000

/** What tests make shorter. */
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
