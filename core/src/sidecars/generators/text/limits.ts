/** Characters of text kept of one file: a novel of a thousand pages has some three million. */
export const MAX_CHARS = 4 * 2 ** 20
/** Bytes read of a file that is text from its first byte: four bytes a character at most, mostly one. */
export const MAX_TEXT_BYTES = 8 * 2 ** 20
/** Files that a reader holds in memory as a whole are no larger. */
export const MAX_WHOLE_BYTES = 64 * 2 ** 20
/** Elements inside elements: writers nest some dozens. */
export const MAX_DEPTH = 10_000
/** Longer titles are cut. */
export const MAX_TITLE_CHARS = 200
