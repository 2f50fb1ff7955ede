import { createRequire } from 'node:module'
import type {
  AudioData,
  AudioDecoder,
  AudioEncoder,
  EncodedAudioChunk,
  EncodedVideoChunk,
  VideoDecoder,
  VideoEncoder,
  VideoFrame,
} from 'node-webcodecs'
import { CoreError, errorMessage } from '../../../../util/errors.ts'
import type { Engine } from '../../generator.ts'
import { useOwnFfmpeg } from '../../own-ffmpeg.ts'
import { MAX_PIXELS } from './picture.ts'
import type { Planes } from './planes.ts'
import { packageVersion } from '../../../../util/package-version.ts'

export interface FrameConfig {
  /** The codec's name, as in RFC 6381. */
  readonly codec: string
  readonly description?: Uint8Array | undefined
  readonly width?: number | undefined
  readonly height?: number | undefined
}

/** The internal frame of node-webcodecs. Its public API does not support 10 bits and full range. */
interface NativeFrame {
  readonly width: number
  readonly height: number
  /**
   * Empty if node-webcodecs has no name for the format, which is the case for full range and for more than eight bits.
   */
  readonly format: string
  allocationSize(): number
  copyTo(into: Buffer): void
  scale(width: number, height: number): NativeFrame
  close(): void
}

export interface Webcodecs {
  readonly VideoDecoder: typeof VideoDecoder
  readonly VideoEncoder: typeof VideoEncoder
  readonly VideoFrame: typeof VideoFrame
  readonly EncodedVideoChunk: typeof EncodedVideoChunk
  readonly AudioDecoder: typeof AudioDecoder
  readonly AudioEncoder: typeof AudioEncoder
  readonly AudioData: typeof AudioData
  readonly EncodedAudioChunk: typeof EncodedAudioChunk
  readonly engine: Engine
}

const require = createRequire(import.meta.url)

/** Packets sent between two turns of the event loop. */
const PACKETS_PER_TURN = 4

/**
 * Loads the decoder and the encoder; null if there is no build for this platform. Must be called only in a process
 * that decodes.
 */
export function loadWebcodecs(): Webcodecs | null {
  useOwnFfmpeg()
  try {
    const engine = { name: 'node-webcodecs', version: packageVersion('node-webcodecs') }
    return { ...(require('node-webcodecs') as Omit<Webcodecs, 'engine'>), engine }
  } catch {
    return null
  }
}

/**
 * Decodes independent packets, each to one picture, in order. `shrinkTo` returns the wanted size for a picture of a
 * given size. Throws `Corrupt`, `Unsupported`.
 */
export async function decodeFrames(
  { VideoDecoder, EncodedVideoChunk }: Webcodecs,
  config: FrameConfig,
  packets: readonly Uint8Array[],
  shrinkTo: (size: { width: number; height: number }) => { width: number; height: number },
  onFrame: (planes: Planes, index: number) => void,
): Promise<void> {
  let failure: Error | undefined
  let count = 0
  const decoder = new VideoDecoder({
    output: (frame) => {
      try {
        // Matched by order, because a frame has the timestamp of the packet sent last.
        if (count < packets.length && !failure) onFrame(planesOf(frame, config, shrinkTo), count++)
      } catch (err) {
        failure ??= err instanceof Error ? err : new Error(String(err))
      } finally {
        frame.close()
      }
    },
    error: (err) => {
      failure ??= new CoreError('Corrupt', `its frames are damaged or cut off (${errorMessage(err)})`)
    },
  })
  try {
    // The threaded decoder passes a dangling pointer to its error callback.
    const { codec, description, width, height } = config
    decoder.configure({
      codec,
      ...(description && { description }),
      ...(width && { codedWidth: width }),
      ...(height && { codedHeight: height }),
      useWorkerThread: false,
    })
    for (const [i, data] of packets.entries()) {
      if (failure) break
      decoder.decode(new EncodedVideoChunk({ type: 'key', timestamp: i, data }))
      if (i % PACKETS_PER_TURN === PACKETS_PER_TURN - 1) await new Promise((resolve) => setImmediate(resolve))
    }
    await decoder.flush()
  } finally {
    decoder.close()
  }
  if (failure) throw failure
  if (count < packets.length) throw new CoreError('Corrupt', `${count} of ${packets.length} pictures could be decoded`)
}

/** The samples of a decoded picture, in the wanted size. Throws `Unsupported`. */
export function planesOf(
  frame: VideoFrame,
  config: FrameConfig,
  shrinkTo: (size: { width: number; height: number }) => { width: number; height: number },
): Planes {
  const whole = frame._getNative() as NativeFrame
  if (whole.width * whole.height > MAX_PIXELS) throw new CoreError('Unsupported', 'it has too many pixels')
  const size = shrinkTo(whole)
  const isSmaller = size.width !== whole.width || size.height !== whole.height
  const native = isSmaller ? whole.scale(size.width, size.height) : whole
  try {
    const data = Buffer.allocUnsafeSlow(native.allocationSize())
    native.copyTo(data)
    const { width, height, format } = native
    const samples = samplesOf(data.length, width, height, config)
    // The decoder leaves the format of full-range colour empty. For all other formats, it does not report the range.
    const full = samples.depth === 8 && samples.chroma !== 0 && format === '' ? true : undefined
    return { data, width, height, ...samples, full }
  } finally {
    if (isSmaller) native.close()
  }
}

/** The layout of the planes, derived from their size in bytes. */
function samplesOf(
  bytes: number,
  width: number,
  height: number,
  config: FrameConfig,
): Pick<Planes, 'chroma' | 'depth'> {
  const quarter = ((width + 1) >> 1) * ((height + 1) >> 1)
  const half = ((width + 1) >> 1) * height
  const whole = width * height
  const depth = Math.max(depthOf(config), 9)
  switch (bytes) {
    case whole:
      return { chroma: 0, depth: 8 }
    case whole + 2 * half:
      return { chroma: 2, depth: 8 }
    case 2 * (whole + 2 * half):
      return { chroma: 2, depth }
    case 6 * whole:
      return { chroma: 3, depth }
    case whole + 2 * quarter:
      return { chroma: 1, depth: 8 }
    case 3 * whole:
      if (isWholeColour(config)) return { chroma: 3, depth: 8 }
  }
  if (bytes === 2 * (whole + 2 * quarter)) return { chroma: 1, depth }
  if (bytes === 2 * whole) return { chroma: 0, depth }
  throw new CoreError('Unsupported', `the ${config.codec} decoder returned a frame with an unknown pixel format`)
}

/** The number of bits in a sample, if it is more than eight; taken from the codec's description. */
function depthOf({ codec, description }: FrameConfig): number {
  if (isHevc(codec)) return ((description?.[17] ?? 2) & 7) + 8
  return isNamedByNumbers(codec) ? Number(codec.split('.')[3]) || 10 : 10
}

/** Whether the colour planes have the full resolution (4:4:4). */
function isWholeColour({ codec, description }: FrameConfig): boolean {
  if (isHevc(codec)) return ((description?.[16] ?? 1) & 3) === 3
  const profile = codec.split('.')[1] ?? ''
  // In H.264, the profile `F4` is High 4:4:4.
  return isNamedByNumbers(codec) ? Number(profile) === 1 : profile.toLowerCase().startsWith('f4')
}

function isHevc(codec: string): boolean {
  return codec.startsWith('hvc1') || codec.startsWith('hev1')
}

/** Whether the codec's name contains profile, level and depth as numbers: VP9 and AV1. */
function isNamedByNumbers(codec: string): boolean {
  return codec.startsWith('vp09') || codec.startsWith('av01')
}
