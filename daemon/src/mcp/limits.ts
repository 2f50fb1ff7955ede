/** Size of one request, which holds the arguments of one tool. */
export const MAX_REQUEST_BYTES = 256 * 1024
/** Length of a JSON answer in UTF-16 code units: about ten thousand words, which a model can still read through. */
export const MAX_ANSWER_LENGTH = 64 * 1024
/** Length of file text in one answer, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 40_000
export const DEFAULT_TEXT_LENGTH = 10_000
/** Number of files, folders, hits or jobs in one answer. */
export const MAX_ITEMS = 200
export const DEFAULT_ITEMS = 50
/** Number of copies of one content that an answer lists; the others are only counted. */
export const MAX_COPIES = 20
/** Number of rows in each part of the statistics. */
export const MAX_STATISTICS_LINES = 50
/** Number of open notification streams. The server never sends a notification, so a few are enough. */
export const MAX_SUBSCRIPTIONS = 16
