import type { PathKind, PeerKey } from '../../domain/index.ts'

/** What a connection is for: strangers while a code is active, strangers who drop files, or devices that are paired. */
export const alpns = {
  pairing: 'spacedrive/pairing/1',
  spacedrop: 'spacedrive/spacedrop/1',
  paired: 'spacedrive/1',
} as const
export type Alpn = (typeof alpns)[keyof typeof alpns]

/** Where a peer may be found. */
export interface DialHints {
  /** `192.168.1.5:4433`, `[fe80::1]:4433` */
  readonly addresses: readonly string[]
  /** Address of the relay it is at; null: none. */
  readonly relay: string | null
}

export interface DialOptions {
  readonly alpn: Alpn
  /** Ends the attempt; what the network still does for it is closed when it comes back. */
  readonly signal: AbortSignal
}

/**
 * The ways to other devices: one endpoint with one key. Every implementation passes `core/testing/transport-suite.ts`.
 * Bytes are `Uint8Array` everywhere. What goes wrong is a `CoreError`: `Unavailable` where nobody answers or the
 * connection is lost, `NotAuthorised` where somebody else does, `Timeout`; an aborted signal throws its reason.
 */
export interface Transport extends AsyncDisposable {
  /** The public key that others see, proved by each connection. */
  readonly key: PeerKey
  /** Where others on the network reach this endpoint now: addresses with their port. */
  addresses(): readonly string[]
  /** The addresses of this machine where this endpoint listens: `addresses()` without those that were learned. */
  listening(): readonly string[]
  /** Why the router may be asked to forward ports that the user did not choose; null: it is not asked. */
  routerProblem(): string | null
  /** The relay it can be reached through now; null: none. */
  relay(): string | null
  /** Connects to the holder of a key, or fails within `DIAL_TIMEOUT_MS`. */
  dial(key: PeerKey, hints: DialHints, options: DialOptions): Promise<Link>
  /** Called for each connection from elsewhere, which has proved its key. One listener; without any they are refused. */
  onPeer(listener: (link: Link) => void): void
  /** Ends every connection, and resolves when the sockets are free. Idempotent. */
  close(): Promise<void>
}

/** How a link runs at the moment. */
export interface LinkPath {
  readonly kind: PathKind
  /** Of the other side: `192.168.1.5:4433`; null where it goes through a relay. */
  readonly address: string | null
  /** Round trip; null before it is known. */
  readonly latencyMs: number | null
}

/** Why a link ended. `local`: this side closed it. `remote`: the other did, with this reason. `lost`: nobody said so. */
export interface LinkEnd {
  readonly by: 'local' | 'remote' | 'lost'
  readonly reason: string
}

/** One encrypted connection with one other endpoint; any number of streams, each in order. */
export interface Link {
  readonly key: PeerKey
  readonly alpn: Alpn
  /** Which side dialled. */
  readonly dialled: boolean
  /** The other side hears of it with the first bytes that are written. */
  openStream(signal: AbortSignal): Promise<ByteStream>
  /** Called for each stream the other side opens. One listener; streams that come before it is set wait. */
  onStream(listener: (stream: ByteStream) => void): void
  /** Null where it is not known. */
  path(): LinkPath | null
  /** Resolves once, and never rejects. */
  readonly closed: Promise<LinkEnd>
  /**
   * What the other side has not received yet is lost. The reason is shown to people there: a short sentence.
   * Idempotent.
   */
  close(reason: string): void
}

/** Two directions of bytes, each ended on its own. */
export interface ByteStream {
  /** Up to `max` bytes; null at the end. Throws `Unavailable` where the stream was cut. One read at a time. */
  read(max: number): Promise<Uint8Array | null>
  /** Resolves when more may be written: whoever waits for it never fills the memory. One write at a time. */
  write(bytes: Uint8Array): Promise<void>
  /** The other side reads the end after all that was written. */
  finish(): Promise<void>
  /**
   * Gives up both directions at once: what waits here fails, and so do the other side's reads and writes. What was
   * finished before still arrives. Idempotent, never throws. Every stream is read to its end or given up: it takes one
   * of the places there are.
   */
  abort(): void
}

/** How long a connection may take to be made, in milliseconds. */
export const DIAL_TIMEOUT_MS = 10_000
