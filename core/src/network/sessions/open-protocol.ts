import { FrameStream } from '../wire/frame-stream.ts'
import type { Protocol } from '../wire/protocol.ts'
import type { LiveLink } from './live-link.ts'
import { openingFrames } from './opening.ts'

/** Opens a stream of a protocol over a link; `name` is that of the other device. See `Peer.open`. */
export async function openProtocol(
  link: LiveLink,
  { name, protocol }: { name: string; protocol: Protocol },
  signal: AbortSignal,
): Promise<FrameStream> {
  const stream = await link.open(name, signal)
  try {
    await openingFrames(stream).send({ protocol: protocol.name, version: protocol.version })
  } catch (err) {
    stream.abort()
    throw err
  }
  return new FrameStream(stream, { maxFrameBytes: protocol.maxFrameBytes })
}
