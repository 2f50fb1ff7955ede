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
/** Number of completions in one answer; the protocol allows no more. */
export const MAX_COMPLETIONS = 100
/** Length of an argument of a prompt, in UTF-16 code units: longer than any path. */
export const MAX_ARGUMENT_LENGTH = 16_384
/** Number of open notification streams of clients without a session. */
export const MAX_SUBSCRIPTIONS = 16
/** Number of resources that one client watches. */
export const MAX_WATCHED = 100
/** How long changes are collected before a client is notified, so that a scan does not flood it. */
export const NOTICE_INTERVAL_MS = 250
/** Number of HTTP sessions. If all are taken, the session that was unused for the longest time is closed. */
export const MAX_SESSIONS = 64
/** Number of HTTP sessions of one API key, one browser, or the user of this machine. */
export const MAX_SESSIONS_EACH = 16
/** Messages of a session that a client can still fetch after its connection broke, and their length in all. */
export const MAX_KEPT_MESSAGES = 256
export const MAX_KEPT_LENGTH = 1024 * 1024
/** How soon a client reconnects after its stream has ended, in milliseconds. */
export const RECONNECT_MS = 1_000
