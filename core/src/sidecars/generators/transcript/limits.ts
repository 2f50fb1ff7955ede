/** Samples a second of what engines are given: Whisper's own rate, which the others take as well. */
export const SAMPLE_RATE = 16_000

/** Milliseconds after which no further piece of a recording is begun, and what was heard is kept: ten hours at the speed of a person. */
export const BUDGET_MS = 12 * 3_600_000
/** Milliseconds an engine may take for a piece, and for each millisecond of the piece: a large model on a small machine hears at a fifth of the speed of a person. */
export const PIECE_BASE_MS = 120_000
export const PIECE_TIMES = 10
/** Milliseconds of sound an engine is given at once, at most: as much as servers take in one request, which is 25 MB. */
export const MAX_PIECE_MS = 600_000
/** Nothing that speaks takes fewer bytes a second: the smallest codecs of telephones. */
export const LEAST_BYTES_A_SECOND = 300
/** Everything has a limit of its own; this one is for what hangs all the same: the budget, and the last piece. */
export const DEADLINE_MS = BUDGET_MS + PIECE_BASE_MS + PIECE_TIMES * MAX_PIECE_MS

/** Milliseconds a decoder may be silent: a damaged file can keep it busy for ever. */
export const DECODER_SILENCE_MS = 60_000
/** Milliseconds of a recording that are listened to: two days. Times in a damaged file may say anything. */
export const MAX_RECORDING_MS = 48 * 3_600_000
