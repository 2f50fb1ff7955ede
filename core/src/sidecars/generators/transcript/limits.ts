/** Samples per second of the sound for engines: Whisper's own rate, which the others accept as well. */
export const SAMPLE_RATE = 16_000

/**
 * Milliseconds after which no further piece of a recording is begun; the transcript so far is kept. This is enough for
 * ten hours of sound at the speed of speech.
 */
export const BUDGET_MS = 12 * 3_600_000
/**
 * The time limit for a piece: these milliseconds, plus this many for each millisecond of the piece. A large model on a
 * small machine takes five times as long as the sound lasts.
 */
export const PIECE_BASE_MS = 120_000
export const PIECE_TIMES = 10
/** The longest piece for an engine, in milliseconds: the most that a server accepts in one request (25 MB). */
export const MAX_PIECE_MS = 600_000
/** The least bytes per second of speech, in the smallest telephone codecs. */
export const LEAST_BYTES_A_SECOND = 300
/** The last resort if something hangs despite its own limit: the budget, and one more piece. */
export const DEADLINE_MS = BUDGET_MS + PIECE_BASE_MS + PIECE_TIMES * MAX_PIECE_MS

/** Milliseconds without output after which a decoder is stopped: a damaged file can keep it busy for ever. */
export const DECODER_SILENCE_MS = 60_000
/** The longest part of a recording that is transcribed: two days. A damaged file may contain any times. */
export const MAX_RECORDING_MS = 48 * 3_600_000
