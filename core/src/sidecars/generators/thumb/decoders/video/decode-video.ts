import {
  EncodedPacketSink,
  FilePathSource,
  Input,
  type InputVideoTrack,
  MATROSKA,
  MP4,
  MPEG_TS,
  OGG,
  QTFF,
  WEBM,
} from 'mediabunny'
import sharp from 'sharp'
import { CoreError } from '../../../../../util/errors.ts'
import { colourToSrgb } from '../colour.ts'
import { decodeFrames, loadWebcodecs, type Webcodecs } from '../decode-frames.ts'
import type { Picture } from '../picture.ts'
import { BT_601, BT_709, type Canvas, drawPlanes } from '../planes.ts'
import { drawn, fromPixels } from '../raw-pixels.ts'

/** Containers that are read. Playlists, which name other files, are not among them. */
const formats = [MP4, QTFF, MATROSKA, WEBM, OGG, MPEG_TS]

/** Where in a video a picture is taken, in parts of its length: the first that shows something. */
const PLACES = [0.1, 0.3, 0.5, 0.75, 0]
/** A picture whose brightness varies less, in parts of 255, shows nothing: black, white, a fade. */
const DULL = 6
/** Videos of this height on are meant to be seen with the colours of high definition where they do not say it. */
const HIGH_DEFINITION = 720

/** Numbers of ITU-T H.273, by the names of WebCodecs. */
const matrices: Readonly<Record<string, number>> = { bt709: 1, bt470bg: 5, smpte170m: 6, 'bt2020-ncl': 9 }
const primaries: Readonly<Record<string, number>> = { bt709: 1, bt2020: 9, smpte432: 12 }
const transfers: Readonly<Record<string, number>> = { pq: 16, hlg: 18 }

/** How a track's pictures are to be shown. */
interface Look {
  readonly matrix: number
  readonly full: boolean | undefined
  readonly primaries: number
  readonly transfer: number
  /** Width of a pixel in parts of its height. */
  readonly aspect: number
  /** Degrees, clockwise. */
  readonly rotation: 0 | 90 | 180 | 270
  readonly flip: boolean
}

/**
 * A key picture of a video, upright, in sRGB. Null where it has no pictures. Throws `Corrupt`, and `Unsupported` for
 * containers and codecs that are not embedded.
 */
export async function decodeVideo(path: string, side: number): Promise<Picture | null> {
  const webcodecs = loadWebcodecs()
  if (!webcodecs) throw new CoreError('Unsupported', 'there is no embedded decoder of video for this platform')
  using input = new Input({ source: new FilePathSource(path), formats })
  if (!(await input.canRead())) throw new CoreError('Unsupported', 'its container is not one of those embedded')
  const track = await input.getPrimaryVideoTrack()
  if (!track) return null
  const config = await track.getDecoderConfig()
  const codec = config?.codec ?? (await track.getCodec())
  if (!config || !(await webcodecs.VideoDecoder.isConfigSupported({ codec: config.codec })).supported)
    throw new CoreError('Unsupported', `its codec${codec ? ` ${codec}` : ''} is not one of those embedded`)
  const look = await lookOf(track)
  const sink = new EncodedPacketSink(track)
  const length = (await track.getDurationFromMetadata()) ?? (await track.computeDuration())
  let best: { picture: Picture; variation: number } | undefined
  let failure: Error | undefined
  const seen = new Set<number>()
  for (const place of PLACES) {
    const packet =
      (await sink.getKeyPacket(length * place, { verifyKeyPackets: true })) ?? (await sink.getFirstKeyPacket())
    if (!packet || seen.has(packet.timestamp)) continue
    seen.add(packet.timestamp)
    try {
      const frame = { codec: config.codec, description: bytesOf(config.description), data: packet.data }
      const picture = await decodeKey(webcodecs, frame, look, side)
      const variation = await variationOf(picture)
      if (!best || variation > best.variation) best = { picture, variation }
      if (variation >= DULL) break
    } catch (err) {
      // One that is damaged: another may not be.
      failure ??= err instanceof Error ? err : new Error(String(err))
    }
  }
  if (best) return best.picture
  throw failure ?? new CoreError('Corrupt', 'there is no whole picture in it')
}

async function lookOf(track: InputVideoTrack): Promise<Look> {
  const colour = await track.getColorSpace()
  const height = await track.getCodedHeight()
  const across = (await track.getSquarePixelWidth()) / (await track.getCodedWidth())
  return {
    matrix: matrices[colour.matrix ?? ''] ?? (height >= HIGH_DEFINITION ? BT_709 : BT_601),
    full: colour.fullRange ?? undefined,
    primaries: primaries[colour.primaries ?? ''] ?? 1,
    transfer: transfers[colour.transfer ?? ''] ?? 1,
    aspect: across / ((await track.getSquarePixelHeight()) / height) || 1,
    rotation: await track.getRotation(),
    flip: await track.getFlip(),
  }
}

/** A decoder of its own for each picture: nothing is kept back to be put in order. */
async function decodeKey(
  webcodecs: Webcodecs,
  { data, ...config }: { codec: string; description: Uint8Array | undefined; data: Uint8Array },
  look: Look,
  side: number,
): Promise<Picture> {
  let canvas: Canvas | undefined
  await decodeFrames(
    webcodecs,
    config,
    [data],
    ({ width, height }) => {
      const wide = width * look.aspect
      const by = Math.min(1, side / Math.max(wide, height))
      return { width: Math.max(1, Math.round(wide * by)), height: Math.max(1, Math.round(height * by)) }
    },
    (planes) => {
      const { width, height } = planes
      canvas = { data: new Uint8Array(width * height * 3), width, height }
      drawPlanes(planes, { onto: canvas, x: 0, y: 0, matrix: look.matrix, full: planes.full ?? look.full ?? false })
    },
  )
  colourToSrgb(canvas!.data, look)
  const turned = drawn({ ...canvas!, channels: 3 }).rotate(look.rotation)
  const { data: upright, info } = await (look.flip ? sharp(await turned.png().toBuffer()).flop() : turned)
    .raw()
    .toBuffer({ resolveWithObject: true })
  const picture = await fromPixels({ data: upright, width: info.width, height: info.height, channels: 3 }, side)
  return { ...picture, engine: webcodecs.engine }
}

/** Standard deviation of the brightness. */
async function variationOf(picture: Picture): Promise<number> {
  const grey = await drawn(picture).greyscale().raw().toBuffer()
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length
  return Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length)
}

function bytesOf(source: ArrayBufferView | ArrayBufferLike | undefined): Uint8Array | undefined {
  if (!source) return undefined
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source)
}
