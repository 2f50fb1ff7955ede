import type { DeviceId, PeerKey } from '../../domain/index.ts'
import type { LinkPath } from '../transport/transport.ts'
import type { FrameStream } from './frame-stream.ts'

/** A kind of stream between paired devices. Its folder holds this declaration, its messages and both its sides. */
export interface Protocol {
  /** Never changes. */
  readonly name: string
  /** Counts up with each change that an older device would not understand; others than this one are refused with a reason. */
  readonly version: number
  readonly maxFrameBytes: number
  /** Streams of it that one peer may have open at once; more are refused. */
  readonly maxStreams: number
}

/** The serving side of a protocol. */
export interface ProtocolHandler {
  readonly protocol: Protocol
  /**
   * Answers one stream that a paired device has opened, and returns when it is done with it. Throwing ends the stream;
   * a `CoreError` is logged as one line. The signal is aborted when the connection ends or the network stops.
   */
  serve(stream: FrameStream, peer: Peer, signal: AbortSignal): Promise<void>
}

/** A device that is connected now: a paired one, unless it is a stranger. */
export interface Peer {
  readonly id: DeviceId
  readonly key: PeerKey
  readonly name: string
  /** True: it is not paired, and was met for one drop. */
  readonly isStranger?: boolean
  /** Aborted when the connection has ended, for whatever reason. */
  readonly signal: AbortSignal
  path(): LinkPath | null
  /**
   * Opens a stream of a protocol. The first message may be sent at once; that the other side refuses (it does not know
   * the protocol, has another version of it, or too many streams) is thrown by the first `receive`: `Unsupported`,
   * `VersionMismatch` or `Unavailable`. Throws `Unavailable` where the connection is gone.
   */
  open(protocol: Protocol, signal: AbortSignal): Promise<FrameStream>
}

/** The paired devices, as the protocols see them. */
export interface Peers {
  /** Those with a connection now. */
  connected(): readonly Peer[]
  /** Null where it is not connected now. */
  get(id: DeviceId): Peer | null
  /** The connection there is, or a new one. Throws `NotFound` where it is not paired, `NotAuthorised` where it is blocked, `Offline` where it does not answer. */
  reach(id: DeviceId, signal: AbortSignal): Promise<Peer>
  onConnected(listener: (peer: Peer) => void): Disposable
  onDisconnected(listener: (id: DeviceId) => void): Disposable
  /** Answers streams of a protocol from now on. */
  handle(handler: ProtocolHandler): Disposable
}
