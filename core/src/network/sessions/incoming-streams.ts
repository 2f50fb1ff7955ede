import type { PeerKey } from '../../domain/index.ts'
import { type ByteStream } from '../transport/transport.ts'
import { CoreError, errorMessage, type ErrorCode } from '../../util/errors.ts'
import type { Logger } from '../../util/logger.ts'
import type { Clock } from '../clock.ts'
import { FrameStream } from '../wire/frame-stream.ts'
import type { Peer, ProtocolHandler } from '../wire/protocol.ts'
import { DRAIN_MS, MAX_DRAIN_BYTES, MAX_OPENING_STREAMS, MAX_PEER_STREAMS, OPENING_MS } from './limits.ts'
import { Opening, openingFrames } from './opening.ts'

export interface IncomingStreamsDeps {
  readonly handler: (protocol: string) => ProtocolHandler | undefined
  readonly clock: Clock
  readonly log: Logger
}

/** The peer that has opened a stream, and the signal of the link. */
export interface StreamOrigin {
  readonly peer: Peer
  readonly signal: AbortSignal
}

/** Serves the streams that peers open. Each peer has its own limits. */
export class IncomingStreams {
  readonly #deps: IncomingStreamsDeps
  readonly #shares = new Map<PeerKey, Share>()
  readonly #serving = new Set<Promise<void>>()

  constructor(deps: IncomingStreamsDeps) {
    this.#deps = deps
  }

  /** Never throws: an error ends the stream, and is logged. */
  serve(stream: ByteStream, origin: StreamOrigin): void {
    const { key } = origin.peer
    const share = this.#shares.get(key) ?? { opening: 0, open: 0, byProtocol: new Map<string, number>() }
    if (share.open >= MAX_PEER_STREAMS || share.opening >= MAX_OPENING_STREAMS) {
      stream.abort()
      return
    }
    this.#shares.set(key, share)
    share.open++
    const serving = this.#serve(stream, origin, share).finally(() => {
      share.open--
      if (share.open === 0) this.#shares.delete(key)
      this.#serving.delete(serving)
    })
    this.#serving.add(serving)
  }

  /** Resolves when all streams that are being served have ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#serving)
  }

  async #serve(stream: ByteStream, origin: StreamOrigin, share: Share): Promise<void> {
    const cut = () => stream.abort()
    origin.signal.addEventListener('abort', cut, { once: true })
    try {
      if (origin.signal.aborted) return
      const opening = await this.#opening(stream, share)
      if (opening) await this.#dispatch({ stream, opening, origin, share })
    } catch (err) {
      if (!origin.signal.aborted) this.#tell(err, origin.peer)
    } finally {
      origin.signal.removeEventListener('abort', cut)
      stream.abort()
    }
  }

  /**
   * Receives the opening of a stream; null if the stream ends first. If no message arrives within `OPENING_MS`, the
   * stream is aborted.
   */
  async #opening(stream: ByteStream, share: Share): Promise<Opening | null> {
    share.opening++
    try {
      using _limit = this.#deps.clock.after(OPENING_MS, () => stream.abort())
      return await openingFrames(stream).receive(Opening)
    } finally {
      share.opening--
    }
  }

  async #dispatch({ opening, origin, share, stream }: Served): Promise<void> {
    const handler = this.#deps.handler(opening.protocol)
    const refusal = refusalOf(opening, handler, share)
    if (refusal || !handler) {
      await openingFrames(stream).send({ ok: false, ...refusal })
      await this.#drain(stream)
      return
    }
    const { name } = handler.protocol
    share.byProtocol.set(name, (share.byProtocol.get(name) ?? 0) + 1)
    try {
      await openingFrames(stream).send({ ok: true })
      const frames = new FrameStream(stream, { maxFrameBytes: handler.protocol.maxFrameBytes })
      await handler.serve(frames, origin.peer, origin.signal)
      await this.#drain(stream)
    } finally {
      share.byProtocol.set(name, share.byProtocol.get(name)! - 1)
    }
  }

  /**
   * Waits until the other side has ended the stream, within limits, so that sent data arrives before the stream is
   * aborted.
   */
  async #drain(stream: ByteStream): Promise<void> {
    using _limit = this.#deps.clock.after(DRAIN_MS, () => stream.abort())
    await stream.finish()
    for (let drained = 0; drained < MAX_DRAIN_BYTES;) {
      const bytes = await stream.read(DRAIN_READ_BYTES).catch(() => null)
      if (bytes === null) return
      drained += bytes.length
    }
  }

  #tell(err: unknown, { name }: Peer): void {
    const { log } = this.#deps
    if (err instanceof CoreError)
      log.debug({ device: name, code: err.code }, `a stream of a device ended: ${err.message}`)
    else log.error({ device: name, err }, `a stream of a device could not be answered: ${errorMessage(err)}`)
  }
}

const DRAIN_READ_BYTES = 65_536

/** The open streams of one peer. */
interface Share {
  opening: number
  open: number
  readonly byProtocol: Map<string, number>
}

interface Served {
  readonly stream: ByteStream
  readonly opening: Opening
  readonly origin: StreamOrigin
  readonly share: Share
}

/** The reason to refuse a stream, as a sentence for the other side; null if it is accepted. */
function refusalOf(
  { protocol, version }: Opening,
  handler: ProtocolHandler | undefined,
  share: Share,
): { code: ErrorCode; message: string } | null {
  if (!handler)
    return { code: 'Unsupported', message: `the device does not support ${protocol}; update Spacedrive there` }
  const own = handler.protocol
  if (version !== own.version) {
    const where = version > own.version ? 'there' : 'here'
    return {
      code: 'VersionMismatch',
      message: `it has version ${own.version} of ${protocol}, this device version ${version}; update Spacedrive ${where}`,
    }
  }
  if ((share.byProtocol.get(protocol) ?? 0) >= own.maxStreams) {
    return {
      code: 'Unavailable',
      message: `the device answers at most ${own.maxStreams} streams of ${protocol} at once`,
    }
  }
  return null
}
