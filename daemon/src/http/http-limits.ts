/** Limits for HTTP. Only tests change them. */
export interface HttpLimits {
  readonly connections: number
  /**
   * Most connections from one address of another machine; with IPv6, from one network. All other users of this machine
   * together have the same limit.
   */
  readonly connectionsPerAddress: number
  /** Most requests that wait on one connection for the request before them. With more, the connection is closed. */
  readonly pipelined: number
  /** All headers of a request together. */
  readonly headerBytes: number
  readonly headersMs: number
  /** Time until the last byte of a request has arrived. */
  readonly requestMs: number
  /** How long a connection without a request is kept. */
  readonly idleMs: number
  readonly bodyBytes: number
  /** Most requests for operations that are answered at the same time. */
  readonly requestsInFlight: number
  /** Most streams of events that are open at the same time. */
  readonly eventStreams: number
  /** How long a one-time link can be used. */
  readonly linkMs: number
  readonly links: number
  readonly sessionMs: number
  readonly sessions: number
  /** Most failed attempts of one address to sign in within `failedLoginsMs`. */
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
  // Users rarely stay longer on one page without a request. Idle connections are closed first if the limit is reached.
  idleMs: MINUTE_MS,
  // The same limit as for a frame on the socket.
  bodyBytes: 8 * 1024 * 1024,
  // The number of requests that two tabs make at the same time over their WebSockets.
  requestsInFlight: 128,
  // Only scripts use event streams; a page uses its WebSocket.
  eventStreams: 64,
  // On a slow machine, the browser may have to be started first.
  linkMs: 2 * MINUTE_MS,
  links: 100,
  // A user who opens the explorer once a month has to sign in again.
  sessionMs: 30 * DAY_MS,
  sessions: 64,
  // Wrong tokens of 256 bits are attacks, not typing errors.
  failedLogins: 10,
  failedLoginsMs: MINUTE_MS,
  heartbeatMs: 30_000,
  // If a film is paused, the browser later requests the rest again.
  slowMs: MINUTE_MS,
  // 2 KiB a second: the slowest mobile networks are faster.
  slowBytes: 120 * 1024,
  farewellMs: 1_000,
}
