/** How often the side that has dialled sends a ping, in milliseconds. */
export const HEARTBEAT_MS = 4_000
/** A heartbeat's timer may fire up to this early, in milliseconds; the heartbeat then counts as sent. */
export const EARLY_MS = 500
/** Silence after which a connection is dead, in milliseconds: two lost heartbeats, and a second for the way. */
export const DEAD_MS = 9_000
/** How long the two hellos may take, in milliseconds. */
export const HELLO_MS = 10_000
/** How long the first message of a stream may take, in milliseconds. */
export const OPENING_MS = 10_000
/** Longest first message of a stream, and longest answer to it, in bytes: a name, a number, a sentence. */
export const MAX_OPENING_BYTES = 1_024
/** Longest message of the control stream, in bytes: a hello with all its addresses. */
export const MAX_CONTROL_BYTES = 16_384
/** Maximum number of messages that a peer may send on the control stream between two heartbeats of this side. */
export const MAX_CONTROL_MESSAGES = 64
/** Maximum number of streams that one peer may have open here, over all protocols. Each uses a few kilobytes. */
export const MAX_PEER_STREAMS = 256
/** Maximum number of these streams that have not yet named their protocol. */
export const MAX_OPENING_STREAMS = 32
/** Maximum number of connections of one device without a hello. */
export const MAX_GREETING = 4
/** Maximum number of connections without a hello in total, including those of strangers. */
export const MAX_GREETING_ALL = 256
/** Limits for reading the rest of a served stream before it is cut off: the time in milliseconds, and the bytes. */
export const DRAIN_MS = 5_000
export const MAX_DRAIN_BYTES = 1_048_576
/** Maximum number of connections of one device: the one in use, and those whose last streams are still running. */
export const MAX_SESSION_LINKS = 8
/** How often a replaced connection is checked, in milliseconds. It is closed if no stream runs over it. */
export const RETIRE_MS = 3_000
/** Wait before the first new attempt to connect, in milliseconds. It doubles with each attempt, up to the longest. */
export const RETRY_MS = 1_000
export const MAX_RETRY_MS = 60_000
/**
 * A connection that has lasted this long counts as good, so attempts after its loss start with the shortest wait. In
 * milliseconds.
 */
export const STABLE_MS = 10_000
/**
 * The first dials are spread over this time for each device, in milliseconds, so that they do not all start at once.
 */
export const START_SPREAD_MS = 50
/** Difference of two clocks from which the user is warned, in milliseconds. */
export const MAX_SKEW_MS = 60_000
/** How long running streams may take to end when networking stops, in milliseconds. */
export const STOP_MS = 3_000
/** How long to wait for the reason of a failed connection, in milliseconds. */
export const REASON_MS = 500
