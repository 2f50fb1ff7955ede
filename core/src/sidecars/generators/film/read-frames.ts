import type { EncodedPacket, EncodedPacketSink } from 'mediabunny'
import type { VideoFrame } from 'node-webcodecs'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import { type FrameConfig, planesOf, type Webcodecs } from '../thumb/decoders/decode-frames.ts'
import type { Planes } from '../thumb/decoders/planes.ts'
import type { Size } from './look.ts'

/** A decoded frame of a film, valid until the next one is requested. */
export interface FilmFrame {
  /** Seconds from the beginning. */
  readonly at: number
  /** The samples of the frame, in the wanted size. */
  planes(shrinkTo: (stored: Size) => Size): Planes
}

export interface FrameSource {
  readonly webcodecs: Webcodecs
  readonly sink: EncodedPacketSink
  readonly config: FrameConfig
}

/** Maximum number of frames that a decoder holds back for reordering and in its threads. */
const MAX_KEPT_BACK = 48
/** Packets sent between two turns of the event loop. */
const PACKETS_PER_TURN = 4
/** Limit on consecutive damaged packets; more mean that the rest is damaged too. */
const MAX_DAMAGED = 500

/** Reads the frames from a key packet on, in display order. Damaged ones are left out. Throws `Corrupt`. */
export async function* readFrames(
  { webcodecs, sink, config }: FrameSource,
  from: EncodedPacket,
): AsyncGenerator<FilmFrame> {
  const { VideoDecoder, EncodedVideoChunk } = webcodecs
  const ready: VideoFrame[] = []
  /**
   * The times of frames that were sent and not yet returned, in ascending order. The decoder does not return the
   * times, but it returns the frames in this order.
   */
  const times: number[] = []
  let failure = ''
  const decoder = new VideoDecoder({
    output: (frame) => ready.push(frame),
    error: (err) => {
      failure = errorMessage(err)
    },
  })
  const { codec, description } = config
  // The threaded decoder passes a dangling pointer to its error callback.
  decoder.configure({ codec, ...(description && { description }), useWorkerThread: false })
  let damaged = 0
  let sent = 0
  try {
    for await (const packet of sink.packets(from)) {
      if (++sent % PACKETS_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve))
      // A frame that is displayed before the key frame depends on earlier frames.
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

/** Whether a packet is displayed: VP8 has frames that only serve as references. */
function isShown({ data }: EncodedPacket, { codec }: FrameConfig): boolean {
  return codec !== 'vp8' || ((data[0] ?? 0) & 0x10) !== 0
}

function insert(times: number[], time: number): void {
  let at = times.length
  while (at > 0 && times[at - 1]! > time) at--
  times.splice(at, 0, time)
}
