import { type EncodedPacket, EncodedPacketSink, type Input, type InputVideoTrack } from 'mediabunny'
import { descriptionBytes, filmContainers } from '../../../content/media/media-input.ts'
import { CoreError } from '../../../util/errors.ts'
import { openInput, unknownCodec } from '../embedded-input.ts'
import { ProcessorBudget } from '../processor-budget.ts'
import { decodeFrames, type FrameConfig, loadWebcodecs, type Webcodecs } from '../thumb/decoders/decode-frames.ts'
import type { Picture } from '../thumb/decoders/picture.ts'
import type { Planes } from '../thumb/decoders/planes.ts'
import type { Film, PictureOptions } from './film.ts'
import { fittedIn, type Look, lookOf, pictureOf } from './look.ts'
import { type FilmFrame, readFrames } from './read-frames.ts'

/** A film that the embedded engine decodes. */
export interface EmbeddedFilm extends Film {
  readonly webcodecs: Webcodecs
  readonly input: Input
  readonly track: InputVideoTrack
  readonly sink: EncodedPacketSink
  readonly config: FrameConfig
  readonly look: Look
  /** The key frame at a moment or before it, in seconds; null if there is none, or if it is in `seen`. */
  keyPicture(at: number, options: { side: number; seen: Set<number> }): Promise<Picture | null>
}

/**
 * Opens a film; null if it has no video frames. Throws `Corrupt`, and `Unsupported` for containers and codecs without
 * an embedded decoder.
 */
export async function openEmbeddedFilm(path: string): Promise<EmbeddedFilm | null> {
  const webcodecs = loadWebcodecs()
  if (!webcodecs) throw new CoreError('Unsupported', 'there is no embedded decoder of video for this platform')
  using parts = new DisposableStack()
  const input = parts.use(await openInput(path, filmContainers))
  const track = await input.getPrimaryVideoTrack()
  if (!track) return null
  const known = await track.getDecoderConfig()
  const codec = known?.codec ?? (await track.getCodec())
  if (!known || !(await webcodecs.VideoDecoder.isConfigSupported({ codec: known.codec })).supported)
    throw unknownCodec(codec)
  const config = { codec: known.codec, description: descriptionBytes(known.description) }
  const look = await lookOf(track)
  const stated = await track.getDurationFromMetadata()
  // The clock of a transport stream, whose metadata has no length, may begin at any time.
  const start = stated ? 0 : Math.max(0, await track.getFirstTimestamp())
  const length = stated || (await track.computeDuration()) - start
  const owned = parts.move()
  const sink = new EncodedPacketSink(track)
  const film = { webcodecs, input, track, sink, config, look, length }
  return {
    ...film,
    engine: webcodecs.engine,
    keyPicture: (at, { side, seen }) => keyPicture(film, { at: start + at, side, seen }),
    pictures: (moments, options) =>
      pictures(
        film,
        moments.map((moment) => start + moment),
        options,
      ),
    [Symbol.dispose]: () => owned.dispose(),
  }
}

type Opened = Pick<EmbeddedFilm, 'webcodecs' | 'sink' | 'config' | 'look'>

async function keyPicture(
  film: Opened,
  { at, side, seen }: { at: number; side: number; seen: Set<number> },
): Promise<Picture | null> {
  const packet = await keyPacket(film.sink, at)
  if (!packet || seen.has(packet.timestamp)) return null
  seen.add(packet.timestamp)
  return decodeKey(film, packet, side)
}

/** Decodes a key frame with a new decoder, which holds back no frames for reordering. */
async function decodeKey({ webcodecs, config, look }: Opened, packet: EncodedPacket, side: number): Promise<Picture> {
  let planes: Planes | undefined
  await decodeFrames(webcodecs, config, [packet.data], fittedIn(side, look), (decoded) => {
    planes = decoded
  })
  return pictureOf(planes!, look, webcodecs.engine)
}

async function* pictures(
  film: Opened,
  moments: readonly number[],
  { side, near, exactMs }: PictureOptions,
): AsyncGenerator<Picture | null> {
  const budget = new ProcessorBudget(exactMs)
  const { look, webcodecs } = film
  const fit = fittedIn(side, look)
  let last: Picture | null = null
  let lastKey: number | null = null
  let frames: AsyncGenerator<FilmFrame> | null = null
  let ahead: FilmFrame | null = null
  try {
    for (const moment of moments) {
      const key = await keyPacket(film.sink, moment)
      if (!key) return
      const isNew = key.timestamp !== lastKey
      if (isNew) {
        await frames?.return(undefined)
        frames = ahead = null
        lastKey = key.timestamp
      }
      const isExact = moment - key.timestamp > near && !budget.isSpent
      if (isExact) {
        frames ??= readFrames(film, key)
        ahead = await advance(frames, ahead, { moment, budget })
        if (ahead) last = await pictureOf(ahead.planes(fit), look, webcodecs.engine)
      }
      // A damaged frame says nothing about the others.
      if (isNew && !ahead) last = await decodeKey(film, key, side).catch(() => null)
      yield last
    }
  } finally {
    await frames?.return(undefined)
  }
}

/** The first frame at a moment or after it; null at the end of the film, or if the search takes too long. */
async function advance(
  frames: AsyncGenerator<FilmFrame>,
  from: FilmFrame | null,
  { budget, moment }: { readonly budget: ProcessorBudget; readonly moment: number },
): Promise<FilmFrame | null> {
  let frame = from
  while (!frame || frame.at < moment) {
    // The film may have hours between two key frames.
    if (budget.isSpent) return null
    const next = await frames.next()
    if (next.done) return null
    frame = next.value
  }
  return frame
}

async function keyPacket(sink: EncodedPacketSink, at: number): Promise<EncodedPacket | null> {
  return (await sink.getKeyPacket(at, { verifyKeyPackets: true })) ?? (await sink.getFirstKeyPacket())
}
