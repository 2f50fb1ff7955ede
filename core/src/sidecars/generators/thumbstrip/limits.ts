/** Milliseconds one film may take. */
export const DEADLINE_MS = 600_000
/** After this, in milliseconds, pictures are taken where they cost nothing to find. */
export const EXACT_MS = 60_000
