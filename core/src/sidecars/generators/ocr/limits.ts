/** Milliseconds one content may take: hundreds of scanned pages do. */
export const DEADLINE_MS = 600_000
/** No page is begun after this: what was read until then is kept, and the last page has time to end. */
export const BUDGET_MS = 400_000
