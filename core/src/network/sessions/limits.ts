/** How often the side that has dialled asks whether the other one is there, in milliseconds. */
export const HEARTBEAT_MS = 4_000
/** By so much a heartbeat may come before its time, in milliseconds, without another one at its time. */
export const EARLY_MS = 500
/** A connection that has been silent for so long is dead: two heartbeats lost, and a second for the way. */
export const DEAD_MS = 9_000
/** How long the two sides may take to say who they are. */
export const HELLO_MS = 10_000
/** How long the first message of a stream may take. */
export const OPENING_MS = 10_000
/** Longest first message of a stream, and longest answer to it, in bytes: a name, a number, a sentence. */
export const MAX_OPENING_BYTES = 1_024
/** Longest message of the control stream, in bytes: a hello with all its addresses. */
export const MAX_CONTROL_BYTES = 16_384
/** Messages a peer may send on the control stream between two heartbeats of this side. */
export const MAX_CONTROL_MESSAGES = 64
/** Streams one peer may have open here at once, over all protocols; each holds a few kilobytes. */
export const MAX_PEER_STREAMS = 256
/** Of these, streams that have not said yet what they are for. */
export const MAX_OPENING_STREAMS = 32
/** Connections of one device whose hello is still missing. */
export const MAX_GREETING = 4
/** Connections of all devices, and strangers, whose hello is still missing. */
export const MAX_GREETING_ALL = 256
/** How long a served stream may still bring bytes nobody reads, and how many, before it is cut off. */
export const DRAIN_MS = 5_000
export const MAX_DRAIN_BYTES = 1_048_576
/** Connections of one device at once: the one in use, and those whose streams come to their end. */
export const MAX_SESSION_LINKS = 8
/** How long the connection that gives way to another one stays open after its last stream. */
export const RETIRE_MS = 3_000
/** Wait before the first new attempt to connect; doubled with each, up to the longest. */
export const RETRY_MS = 1_000
export const MAX_RETRY_MS = 60_000
/** A connection that has lasted so long was a good one: the next attempts begin with the shortest wait. */
export const STABLE_MS = 10_000
/** Between two devices at the start, so that many are not dialled in one moment. */
export const START_SPREAD_MS = 50
/** How far apart two clocks may be before a person is told, in milliseconds. */
export const MAX_SKEW_MS = 60_000
/** How long what is being served may take to come to an end when networking stops. */
export const STOP_MS = 3_000
/** How long is waited for the reason of a connection that has failed. */
export const REASON_MS = 500
