/**
 * Bytes of UTF-8 in a chunk: some 200 tokens of English, and as many of Chinese, where a character is a token and
 * three bytes. Small models read only 256 tokens, and a vector for a whole page would be too vague to be found.
 */
export const CHUNK_BYTES = 800
/** Bytes that a chunk repeats from the previous one, so that a sentence at a cut is complete in one of the two. */
export const OVERLAP_BYTES = 120
/** Limit on chunks for one content: the first hundred pages or so. */
export const MAX_CHUNKS = 256
/** Limit on file names that are embedded with the text of a content. */
export const MAX_NAMES = 4
/** Larger text sidecars are not read, because parsing them may take all memory of the process. */
export const MAX_INPUT_BYTES = 64 * 1_048_576

/** The time limit for one content, in milliseconds: 260 chunks on a slow machine, or with a distant server. */
export const DEADLINE_MS = 600_000

/** Texts in one request to a server. */
export const BATCH_TEXTS = 32
/** The time limit for one request to a server, in milliseconds; the server may have to load its model first. */
export const REQUEST_MS = 120_000
/** A reply with 32 vectors of 8,192 decimal numbers takes 6 MB. */
export const MAX_ANSWER_BYTES = 16 * 1_048_576
/** The number of retries if a server is busy (429, 503), and the longest wait before one, in milliseconds. */
export const BUSY_RETRIES = 3
export const MAX_BUSY_MS = 20_000

/** Limit on tokens for a local model, unless its own limit is lower; a chunk has fewer. */
export const MAX_TOKENS = 512

/** Texts in one run of the built-in model. With more, each text takes as much time. */
export const BUILT_IN_TEXTS = 16
/** Characters of a text that the built-in model reads; a chunk has fewer. */
export const BUILT_IN_CHARACTERS = 2_000

/** The time limit for the vector of a query, in milliseconds; loading a model takes seconds of it. */
export const QUERY_MS = 30_000
/** Memory of the process that embeds queries, in MiB. */
export const QUERY_MEMORY_MIB = 4_000
