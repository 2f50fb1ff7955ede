/** The time limit for one film, in milliseconds. */
export const DEADLINE_MS = 600_000
/** Milliseconds after which only frames that are fast to find are used. */
export const EXACT_MS = 60_000
