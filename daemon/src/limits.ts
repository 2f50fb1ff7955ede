/** Limits for clients of the daemon. Only tests change them. */
export interface ServerLimits {
  /** The largest request. */
  readonly frameBytes: number
  /** Over the socket. */
  readonly connections: number
  /** Over WebSockets: a tab has one. */
  readonly webSockets: number
  /** Requests of one connection that are being answered; more are refused until one is done. */
  readonly requestsInFlight: number
  /** Requests of API keys and sessions from elsewhere, over all their WebSockets; each of them gets a part. */
  readonly guestRequests: number
  readonly subscriptions: number
  /** How long a connection may take to say `hello`. */
  readonly helloMs: number
  /** Over a WebSocket events come in batches, so far apart. */
  readonly eventBatchMs: number
  /** With this much unread, a connection is asked nothing more and sent no events. */
  readonly unreadBytes: number
  /** How long a client may read nothing while that much waits for it. */
  readonly stalledMs: number
  /** How long a connection that is being closed may take to read the rest. */
  readonly farewellMs: number
}

export const defaultLimits: ServerLimits = {
  // Thousands of paths in one request; a form never comes near.
  frameBytes: 8 * 1024 * 1024,
  // Every command, monitor and script of one user at once; each costs a descriptor.
  connections: 256,
  // More tabs than anybody keeps open; the command line has room of its own.
  webSockets: 128,
  // A screen asks for some dozen things at once.
  requestsInFlight: 64,
  // Two tabs of each of a few people.
  guestRequests: 512,
  subscriptions: 32,
  // A program on the same machine says it at once.
  helloMs: 5_000,
  // A page that is drawn anew ten times a second keeps up with any number of events.
  eventBatchMs: 100,
  // A listing of ten thousand entries is some 4 MB.
  unreadBytes: 4 * 1024 * 1024,
  // A suspended terminal (Ctrl-Z) is forgiven for a while.
  stalledMs: 30_000,
  // The end of the daemon waits for it.
  farewellMs: 1_000,
}
