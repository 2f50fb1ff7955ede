/**
 * Bytes of UTF-8 in a chunk: some 200 tokens of English, and as many of Chinese, where a sign is a token and three bytes.
 * Small models read 256 tokens, and one vector of a whole page is near to everything and to nothing.
 */
export const CHUNK_BYTES = 800
/** What a chunk repeats of the one before, so that a sentence at the cut is whole in one of them. */
export const OVERLAP_BYTES = 120
/** Chunks of one content: the first hundred pages or so. */
export const MAX_CHUNKS = 256
/** Names of one content that are embedded with its text. */
export const MAX_NAMES = 4
/** A sidecar of text that is larger is not read: its like takes all memory of the process. */
export const MAX_INPUT_BYTES = 64 * 1_048_576

/** Milliseconds one content may take: 260 chunks on a slow machine, or with a server far away. */
export const DEADLINE_MS = 600_000

/** Texts in one request to a server. */
export const BATCH_TEXTS = 32
/** Milliseconds a server may take for one request; it may have to load its model first. */
export const REQUEST_MS = 120_000
/** An answer with 32 vectors of 8,192 numbers in decimal takes 6 MB. */
export const MAX_ANSWER_BYTES = 16 * 1_048_576
/** How often a server is asked again that is busy (429, 503), and how long it may have us wait, in milliseconds. */
export const BUSY_RETRIES = 3
export const MAX_BUSY_MS = 20_000

/** Tokens that a local model reads of one text, unless it says fewer; more tokens than a chunk has. */
export const MAX_TOKENS = 512

/** Milliseconds that a person waits for the vector of a query; a model that is loaded first takes seconds. */
export const QUERY_MS = 30_000
/** Memory of the process that embeds queries, in MiB. */
export const QUERY_MEMORY_MIB = 4_000
