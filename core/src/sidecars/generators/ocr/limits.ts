/** Limit on the processor time for one content, in milliseconds; hundreds of scanned pages reach it. */
export const DEADLINE_MS = 1_200_000
/**
 * Milliseconds of processor time after which no further page is begun. Two strips of a page are read side by side, so
 * it takes half as long by the clock. Pages read so far are kept, and the last page has time to finish.
 */
export const BUDGET_MS = 800_000
