/** Limits for clients of the daemon. Only tests change them. */
export interface ServerLimits {
  /** The largest request. */
  readonly frameBytes: number
  /** Most connections over the socket. */
  readonly connections: number
  /** Most WebSockets; a tab has one. */
  readonly webSockets: number
  /** Most requests of one connection in progress. More are refused until one has ended. */
  readonly requestsInFlight: number
  /** Most requests in progress of all API keys and remote sessions, over all their WebSockets; each gets a share. */
  readonly guestRequests: number
  readonly subscriptions: number
  /** How long a connection may take to say `hello`. */
  readonly helloMs: number
  /** Interval between two batches of events over a WebSocket. */
  readonly eventBatchMs: number
  /** If a connection has this much unread data, its requests are not read, and it gets no events. */
  readonly unreadBytes: number
  /** How long a client with that much unread data may read nothing. */
  readonly stalledMs: number
  /** How long a client may take to read the rest when its connection is closed. */
  readonly farewellMs: number
}

export const defaultLimits: ServerLimits = {
  // Enough for thousands of paths in one request.
  frameBytes: 8 * 1024 * 1024,
  // Enough for all commands, monitors and scripts of one user; each costs a descriptor.
  connections: 256,
  // More tabs than users keep open. The command line has a separate limit.
  webSockets: 128,
  // One screen of the explorer makes some dozen requests at once.
  requestsInFlight: 64,
  // Enough for a few users with two tabs each.
  guestRequests: 512,
  subscriptions: 32,
  // A program on the same machine sends it at once.
  helloMs: 5_000,
  // A page that is redrawn ten times a second can keep up with any number of events.
  eventBatchMs: 100,
  // A listing of ten thousand entries is some 4 MB.
  unreadBytes: 4 * 1024 * 1024,
  // A suspended terminal (Ctrl-Z) keeps its connection for a while.
  stalledMs: 30_000,
  // Short, because the daemon's shutdown waits for it.
  farewellMs: 1_000,
}
