import type { PathKind, PeerKey } from '../../domain/index.ts'

/** The purpose of a connection: pairing by a code, a drop by a stranger, or paired devices. */
export const alpns = {
  pairing: 'spacedrive/pairing/1',
  spacedrop: 'spacedrive/spacedrop/1',
  paired: 'spacedrive/1',
} as const
export type Alpn = (typeof alpns)[keyof typeof alpns]

/** The addresses and the relay at which to dial a peer. */
export interface DialHints {
  /** Addresses such as `192.168.1.5:4433` or `[fe80::1]:4433`. */
  readonly addresses: readonly string[]
  /** URL of the relay that the peer uses; null if it uses none. */
  readonly relay: string | null
}

export interface DialOptions {
  readonly alpn: Alpn
  /** Aborting it ends the attempt. If a connection is made after that, it is closed. */
  readonly signal: AbortSignal
}

/**
 * The ways to other devices: one endpoint with one key. Every implementation passes `core/testing/transport-suite.ts`.
 * Bytes are `Uint8Array` everywhere. Errors are `CoreError`s: `Unavailable` if no device answers or the connection is
 * lost, `NotAuthorised` if another device answers, and `Timeout`. An aborted signal throws its reason.
 */
export interface Transport extends AsyncDisposable {
  /** The public key of this endpoint, which each connection proves. */
  readonly key: PeerKey
  /** The addresses, with ports, where other devices can reach this endpoint now. */
  addresses(): readonly string[]
  /** The addresses of this machine where this endpoint listens: `addresses()` without learned outside addresses. */
  listening(): readonly string[]
  /**
   * The reason why the router may be asked to forward ports although the user did not choose that; null if it is not
   * asked.
   */
  routerProblem(): string | null
  /** The relay through which this endpoint can be reached now; null if there is none. */
  relay(): string | null
  /** Connects to the holder of a key, or fails within `DIAL_TIMEOUT_MS`. */
  dial(key: PeerKey, hints: DialHints, options: DialOptions): Promise<Link>
  /**
   * Called for each incoming connection, after it has proved its key. There is one listener; without it they are
   * refused.
   */
  onPeer(listener: (link: Link) => void): void
  /** Ends every connection, and resolves when the sockets are free. Idempotent. */
  close(): Promise<void>
}

/** The path of a link at the moment. */
export interface LinkPath {
  readonly kind: PathKind
  /** Address of the other side, such as `192.168.1.5:4433`; null if the link goes through a relay. */
  readonly address: string | null
  /** Round trip in milliseconds; null before it is known. */
  readonly latencyMs: number | null
}

/**
 * How a link ended. `local`: this side closed it. `remote`: the other side closed it, with this reason. `lost`:
 * neither side closed it.
 */
export interface LinkEnd {
  readonly by: 'local' | 'remote' | 'lost'
  readonly reason: string
}

/** One encrypted connection with one other endpoint. It carries any number of streams, each in order. */
export interface Link {
  readonly key: PeerKey
  readonly alpn: Alpn
  /** Whether this side dialled. */
  readonly dialled: boolean
  /** Opens a stream. The other side learns of it only with the first written bytes. */
  openStream(signal: AbortSignal): Promise<ByteStream>
  /**
   * Called for each stream that the other side opens. There is only one listener. Streams that are opened before it is
   * set wait for it.
   */
  onStream(listener: (stream: ByteStream) => void): void
  /** Null if the path is not known. */
  path(): LinkPath | null
  /** Resolves once, and never rejects. */
  readonly closed: Promise<LinkEnd>
  /**
   * Closes the link. Data that the other side has not received yet is lost. The other side shows the reason to its
   * user, so it is a short sentence. Idempotent.
   */
  close(reason: string): void
}

/** Two directions of bytes, each ended separately. */
export interface ByteStream {
  /** Reads up to `max` bytes; null at the end. Throws `Unavailable` if the stream was cut. Only one read at a time. */
  read(max: number): Promise<Uint8Array | null>
  /**
   * Resolves when more may be written. Callers must wait for it, so that memory stays bounded. Only one write at a
   * time.
   */
  write(bytes: Uint8Array): Promise<void>
  /** Ends this direction. The other side reads the end after all written data. */
  finish(): Promise<void>
  /**
   * Ends both directions at once: waiting reads and writes fail on both sides. Data from before a `finish` still
   * arrives. Idempotent, never throws. Every stream must be read to its end or aborted, because it takes one of a
   * limited number of places.
   */
  abort(): void
}

/** How long dialling may take, in milliseconds. */
export const DIAL_TIMEOUT_MS = 10_000
