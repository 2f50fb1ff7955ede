/** A request of a client: arguments of a tool. */
export const MAX_REQUEST_BYTES = 256 * 1024
/** An answer that is JSON, in UTF-16 code units: some ten thousand words, which a model can still look through. */
export const MAX_ANSWER_LENGTH = 64 * 1024
/** Text of a file in one answer, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 40_000
export const DEFAULT_TEXT_LENGTH = 10_000
/** Files, folders, hits or jobs in one answer. */
export const MAX_ITEMS = 200
export const DEFAULT_ITEMS = 50
/** Copies of one content, before the rest of them is a number. */
export const MAX_COPIES = 20
/** Lines of each part of the statistics. */
export const MAX_STATISTICS_LINES = 50
/** Open streams of one client that waits for news; there are none to tell. */
export const MAX_SUBSCRIPTIONS = 16
