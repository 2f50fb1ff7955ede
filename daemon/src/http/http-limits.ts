/** Limits for HTTP. Only tests change them. */
export interface HttpLimits {
  readonly connections: number
  /** Of one address of another machine; of IPv6: of one network; of all other users of this machine together. */
  readonly connectionsPerAddress: number
  /** Requests that wait on a connection for the one before them; with more the connection is closed. */
  readonly pipelined: number
  /** All headers of a request together. */
  readonly headerBytes: number
  readonly headersMs: number
  /** Until the last byte of a request has come. */
  readonly requestMs: number
  /** How long a connection without a request is kept. */
  readonly idleMs: number
  readonly bodyBytes: number
  /** Requests for operations that are being answered. */
  readonly requestsInFlight: number
  /** Streams of events that are open at once. */
  readonly eventStreams: number
  /** How long a one-time link can be used. */
  readonly linkMs: number
  readonly links: number
  readonly sessionMs: number
  readonly sessions: number
  /** Failed attempts to get in that one address has within `failedLoginsMs`. */
  readonly failedLogins: number
  readonly failedLoginsMs: number
  /** Interval of the pings on WebSockets and of the keep-alive comments in event streams. */
  readonly heartbeatMs: number
  /** A client that takes fewer than `slowBytes` within `slowMs`, while more waits for it, is cut off. */
  readonly slowMs: number
  readonly slowBytes: number
  /** Time for running requests to finish when the server closes. */
  readonly farewellMs: number
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

export const defaultHttpLimits: HttpLimits = {
  // A browser opens six for a page and one for its WebSocket; each costs a descriptor.
  connections: 1_024,
  // A few browsers of a household behind one router.
  connectionsPerAddress: 128,
  // No browser sends a second request before the first is answered.
  pipelined: 8,
  // Node's own default.
  headerBytes: 16 * 1024,
  // Programs on the same machine send headers at once; only an attacker sends them slowly.
  headersMs: 10_000,
  requestMs: MINUTE_MS,
  // Longer than a person looks at one page without asking for another; freed first where room is needed.
  idleMs: MINUTE_MS,
  // That of a frame on the socket.
  bodyBytes: 8 * 1024 * 1024,
  // As much as two tabs ask for at once over their WebSockets.
  requestsInFlight: 128,
  // Scripts; a page has its WebSocket.
  eventStreams: 64,
  // A browser that has to be started first on a slow machine.
  linkMs: 2 * MINUTE_MS,
  links: 100,
  // A user who opens the explorer once a month has to sign in again.
  sessionMs: 30 * DAY_MS,
  sessions: 64,
  // Wrong tokens of 256 bits are attacks, not typing errors.
  failedLogins: 10,
  failedLoginsMs: MINUTE_MS,
  heartbeatMs: 30_000,
  // A film that is paused is asked for again where it stopped.
  slowMs: MINUTE_MS,
  // 2 KiB a second: the slowest mobile networks are faster.
  slowBytes: 120 * 1024,
  farewellMs: 1_000,
}
