/** Characters kept for one file: a novel of a thousand pages has some three million. */
export const MAX_CHARS = 4 * 2 ** 20
/** Bytes read of a plain text file. A character has at most four bytes, but usually one. */
export const MAX_TEXT_BYTES = 8 * 2 ** 20
/** The largest file that a reader loads into memory as a whole. */
export const MAX_WHOLE_BYTES = 64 * 2 ** 20
/** Limit on the nesting of elements; real documents nest some dozens. */
export const MAX_DEPTH = 10_000
/** Longer titles are cut. */
export const MAX_TITLE_CHARS = 200
/**
 * How deep files inside files are read: for example, an archive that is attached to a message, and a document in the
 * archive.
 */
export const MAX_INNER_DEPTH = 3
