/** Samples per second of the sound for engines: Whisper's own rate, which the others accept as well. */
export const SAMPLE_RATE = 16_000

/**
 * After this many milliseconds of work (`Heard.workedMs`), no further piece of a recording is begun, and the transcript
 * so far is kept. This is enough for ten hours of sound if the engine is as fast as speech.
 */
export const BUDGET_MS = 12 * 3_600_000
/**
 * Limit on the processor time for a piece, in milliseconds: `PIECE_BASE_MS`, plus `PIECE_TIMES` for each millisecond of the piece.
 * A large model on a small machine takes five times as long as the sound lasts.
 */
export const PIECE_BASE_MS = 120_000
export const PIECE_TIMES = 10
/** Limit on a piece, in milliseconds. Servers accept no more in one request (25 MB). */
export const MAX_PIECE_MS = 600_000
/** The lowest number of bytes per second of speech, in the smallest telephone codecs. */
export const LEAST_BYTES_A_SECOND = 300
/**
 * Limit on the processor time for a recording, which applies if a step never ends in spite of its own limit. It is twice
 * the budget, plus one piece: the busiest thread may work longer than the others, and the sound is decoded as well.
 */
export const DEADLINE_MS = 2 * BUDGET_MS + PIECE_BASE_MS + PIECE_TIMES * MAX_PIECE_MS

/**
 * A decoder is stopped if it writes no output for this many milliseconds of processor time, because a damaged file can keep it busy for
 * ever.
 */
export const DECODER_SILENCE_MS = 60_000
/**
 * Limit on the length of a recording: the rest is not transcribed. It is two days, because a damaged file may state
 * any times.
 */
export const MAX_RECORDING_MS = 48 * 3_600_000
