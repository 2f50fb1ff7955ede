/** The time limit for one content, in milliseconds; hundreds of scanned pages reach it. */
export const DEADLINE_MS = 600_000
/**
 * Milliseconds after which no further page is begun. Pages read so far are kept, and the last page has time to finish.
 */
export const BUDGET_MS = 400_000
