import type { DeviceId, PeerKey } from '../../domain/index.ts'
import type { LinkPath } from '../transport/transport.ts'
import type { FrameStream } from './frame-stream.ts'

/** A kind of stream between devices. One folder contains this declaration, the messages and both sides. */
export interface Protocol {
  /** The name must never change. */
  readonly name: string
  /** Increases with each change that older devices would not understand. Other versions are refused with a message. */
  readonly version: number
  readonly maxFrameBytes: number
  /** Maximum number of streams of this protocol that one peer may have open; more are refused. */
  readonly maxStreams: number
}

/** The serving side of a protocol. */
export interface ProtocolHandler {
  readonly protocol: Protocol
  /**
   * Serves one stream that a peer has opened, and returns when it is done. Throwing ends the stream; a `CoreError` is
   * logged as one line. The signal is aborted when the connection ends or networking stops.
   */
  serve(stream: FrameStream, peer: Peer, signal: AbortSignal): Promise<void>
}

/** A device that is connected now: a paired device, or a guest. */
export interface Peer {
  readonly id: DeviceId
  readonly key: PeerKey
  readonly name: string
  /** True for a guest, which is not paired and connected for one drop. */
  readonly isStranger?: boolean
  /** Aborted when the connection has ended, for any reason. */
  readonly signal: AbortSignal
  path(): LinkPath | null
  /**
   * Opens a stream of a protocol. The first message may be sent at once. If the other side refuses the stream, the
   * first `receive` throws: `Unsupported` if it does not know the protocol, `VersionMismatch` for another version,
   * `Unavailable` for too many streams. Throws `Unavailable` if the connection is gone.
   */
  open(protocol: Protocol, signal: AbortSignal): Promise<FrameStream>
}

/** The devices that protocols can reach. */
export interface Peers {
  /** All devices that are connected now. */
  connected(): readonly Peer[]
  /** Null if the device is not connected now. */
  get(id: DeviceId): Peer | null
  /**
   * Returns the present connection, or makes one. Throws `NotFound` if the device is not paired, `NotAuthorised` if it
   * is blocked, and `Offline` if it does not answer.
   */
  reach(id: DeviceId, signal: AbortSignal): Promise<Peer>
  onConnected(listener: (peer: Peer) => void): Disposable
  onDisconnected(listener: (id: DeviceId) => void): Disposable
  /** Serves the streams of a protocol, until the result is disposed. */
  handle(handler: ProtocolHandler): Disposable
}
