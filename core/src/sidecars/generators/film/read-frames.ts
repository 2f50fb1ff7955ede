import type { EncodedPacket, EncodedPacketSink } from 'mediabunny'
import type { VideoFrame } from 'node-webcodecs'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import { type FrameConfig, planesOf, type Webcodecs } from '../thumb/decoders/decode-frames.ts'
import type { Planes } from '../thumb/decoders/planes.ts'
import type { Size } from './look.ts'

/** A picture of a film on its way by; gone when the next one is asked for. */
export interface FilmFrame {
  /** Seconds from the beginning. */
  readonly at: number
  /** Its samples, in the size wanted. */
  planes(shrinkTo: (stored: Size) => Size): Planes
}

export interface FrameSource {
  readonly webcodecs: Webcodecs
  readonly sink: EncodedPacketSink
  readonly config: FrameConfig
}

/** Pictures that a decoder keeps back to put them in order, at most, and those its threads are at. */
const MAX_KEPT_BACK = 48
/** Packets sent between two turns of the event loop. */
const PACKETS_PER_TURN = 4
/** Packets in a row that cannot be decoded: what follows cannot either. */
const MAX_DAMAGED = 500

/** The pictures from a packet that stands for itself on, in the order they are seen. Damaged ones are left out. Throws `Corrupt`. */
export async function* readFrames(
  { webcodecs, sink, config }: FrameSource,
  from: EncodedPacket,
): AsyncGenerator<FilmFrame> {
  const { VideoDecoder, EncodedVideoChunk } = webcodecs
  const ready: VideoFrame[] = []
  /** Of pictures that were sent and have not come back, in rising order: the decoder loses times, but never their order. */
  const times: number[] = []
  let failure = ''
  const decoder = new VideoDecoder({
    output: (frame) => ready.push(frame),
    error: (err) => {
      failure = errorMessage(err)
    },
  })
  const { codec, description } = config
  // The threaded decoder hands its error callback a dead pointer.
  decoder.configure({ codec, ...(description && { description }), useWorkerThread: false })
  let damaged = 0
  let sent = 0
  try {
    for await (const packet of sink.packets(from)) {
      if (++sent % PACKETS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
      // Pictures before the first that stands for itself, which need others still.
      if (packet.timestamp < from.timestamp) continue
      failure = ''
      const { type, timestamp, data } = packet
      decoder.decode(new EncodedVideoChunk({ type, timestamp: Math.round(timestamp * 1e6), data }))
      damaged = failure ? damaged + 1 : 0
      if (damaged > MAX_DAMAGED)
        throw new CoreError('Corrupt', `${damaged} pictures in a row are damaged`, { cause: new Error(failure) })
      if (!failure && isShown(packet, config)) insert(times, timestamp)
      if (times.length > MAX_KEPT_BACK) times.shift()
      yield* take()
    }
    await decoder.flush()
    yield* take()
  } finally {
    for (const frame of ready) frame.close()
    decoder.close()
  }

  function* take(): Generator<FilmFrame> {
    for (let frame = ready.shift(); frame; frame = ready.shift()) {
      const shown = frame
      try {
        const at = times.shift()
        if (at !== undefined) yield { at, planes: (shrinkTo) => planesOf(shown, config, shrinkTo) }
      } finally {
        shown.close()
      }
    }
  }
}

/** VP8 sends pictures that only others are made from. */
function isShown({ data }: EncodedPacket, { codec }: FrameConfig): boolean {
  return codec !== 'vp8' || ((data[0] ?? 0) & 0x10) !== 0
}

function insert(times: number[], time: number): void {
  let at = times.length
  while (at > 0 && times[at - 1]! > time) at--
  times.splice(at, 0, time)
}
