import { EncodedPacket, type EncodedVideoPacketSource } from 'mediabunny'
import type { EncodedVideoChunk, VideoEncoder } from 'node-webcodecs'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import type { EmbeddedFilm } from '../film/embedded-film.ts'
import { drawInSrgb, type Look, type Size } from '../film/look.ts'
import type { FilmFrame } from '../film/read-frames.ts'
import { BT_709, type Planes } from '../thumb/decoders/planes.ts'
import { LONGEST, type Profile } from './profiles.ts'
import { samplesOf, turned } from './samples.ts'

interface PictureTrackOptions {
  readonly film: EmbeddedFilm
  readonly source: EncodedVideoPacketSource
  readonly profile: Profile
  /** The moment of the film at which the copy begins, in seconds. */
  readonly start: number
  /** Frames per second. */
  readonly rate: number
  readonly maxBytes: number
}

/** Limit on the frames per second from which the bit rate is computed, because the times in a film may be wrong. */
const MOST_A_SECOND = 240
/** The smallest side that the embedded encoder accepts, in pixels. */
const SMALLEST = 16
/** WebCodecs' names of the colour spaces that are written. */
const BT_709_NAMES = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const
const BT_601_NAMES = { primaries: 'smpte170m', transfer: 'smpte170m', matrix: 'smpte170m', fullRange: false } as const

/** The video track of a copy. Frames are encoded as they arrive. */
export class PictureTrack {
  readonly #options: PictureTrackOptions
  readonly #chunks: EncodedVideoChunk[] = []
  #encoder: VideoEncoder | null = null
  #failure: Error | null = null
  /** The size of the decoded samples, before rotation. The size of the first frame is used for all. */
  #stored: Size | null = null
  #bytes = 0
  #lastShare = -1
  #written = 0

  constructor(options: PictureTrackOptions) {
    this.#options = options
  }

  async add(frame: FilmFrame): Promise<void> {
    const { film, profile, start } = this.#options
    const at = frame.at - start
    if (profile.rate !== null) {
      // Times are rounded: a frame at the start of an interval must not count for the previous one.
      const share = Math.floor(at * profile.rate + 0.01)
      if (share === this.#lastShare) return
      this.#lastShare = share
    }
    const planes = frame.planes((stored) => (this.#stored ??= sizeOf(stored, film.look, profile)))
    const matrix = matrixOf(film.look)
    const samples = isPlain(planes, film.look)
      ? { data: planes.data, width: planes.width, height: planes.height }
      : samplesOf(drawInSrgb(planes, film.look), matrix)
    this.#encode(turned(samples, film.look), at, matrix)
    await this.#write()
  }

  async end(): Promise<void> {
    await this.#encoder?.flush()
    await this.#write()
    this.close()
    if (this.#written === 0) throw new CoreError('Corrupt', 'the video has no complete frame to start from')
  }

  close(): void {
    if (this.#encoder?.state === 'configured') this.#encoder.close()
  }

  #encode({ data, width, height }: { data: Buffer } & Size, at: number, matrix: number): void {
    const { VideoFrame } = this.#options.film.webcodecs
    this.#encoder ??= this.#start({ width, height }, matrix)
    const timestamp = Math.round(at * 1e6)
    const frame = new VideoFrame(data, { format: 'I420', codedWidth: width, codedHeight: height, timestamp })
    this.#encoder.encode(frame, { keyFrame: this.#written === 0 && this.#chunks.length === 0 })
    frame.close()
  }

  #start({ width, height }: Size, matrix: number): VideoEncoder {
    const { film, profile, rate } = this.#options
    const framerate = Math.max(1, Math.round(Math.min(rate, profile.rate ?? rate, MOST_A_SECOND)))
    const encoder = new film.webcodecs.VideoEncoder({
      output: (chunk) => this.#chunks.push(chunk),
      error: (err) => {
        this.#failure ??= new CoreError('Unsupported', `it cannot be written: ${errorMessage(err)}`)
      },
    })
    encoder.configure({
      codec: CODEC,
      width,
      height,
      framerate,
      bitrate: Math.round(profile.bitsPerPixel * width * height * framerate),
      colorSpace: namesOf(matrix),
      // A graphics card is not used, because its results differ from machine to machine.
      hardwareAcceleration: 'prefer-software',
      useWorkerThread: false,
    })
    return encoder
  }

  async #write(): Promise<void> {
    if (this.#failure) throw this.#failure
    const { film, source, rate, maxBytes } = this.#options
    for (const chunk of this.#chunks.splice(0)) {
      this.#bytes += chunk.byteLength
      if (this.#bytes > maxBytes) throw new CoreError('Unsupported', `its copy would be larger than ${maxBytes} bytes`)
      const data = new Uint8Array(chunk.byteLength)
      chunk.copyTo(data)
      const packet = new EncodedPacket(data, chunk.type, chunk.timestamp / 1e6, 1 / rate)
      await source.add(packet, this.#written++ === 0 ? this.#description(film.look) : undefined)
    }
  }

  #description(look: Look) {
    const { width, height } = upright(this.#stored!, look)
    const colorSpace = namesOf(matrixOf(look))
    return { decoderConfig: { codec: CODEC, codedWidth: width, codedHeight: height, colorSpace } }
  }
}

/** Baseline, the only profile of the embedded encoder, which finds the level itself. */
const CODEC = 'avc1.42e01f'

/** The size of the copy: square pixels, even sides, never enlarged. */
function sizeOf(stored: Size, look: Look, { lines }: Profile): Size {
  const wide = stored.width * look.aspect
  const [short, long] = [Math.min(wide, stored.height), Math.max(wide, stored.height)]
  const by = Math.min(1, lines / short, (lines * LONGEST) / long)
  const even = (length: number) => Math.max(SMALLEST, 2 * Math.trunc((length * by) / 2 + 0.001))
  return { width: even(wide), height: even(stored.height) }
}

function upright({ width, height }: Size, { rotation }: Look): Size {
  return rotation % 180 === 0 ? { width, height } : { width: height, height: width }
}

/** Whether the samples can be written without conversion. */
function isPlain({ chroma, depth, full }: Planes, look: Look): boolean {
  return chroma === 1 && depth === 8 && !(full ?? look.full) && look.primaries === BT_709 && look.transfer === BT_709
}

/** The matrix of the film if its colours are standard, or else BT.709. */
function matrixOf({ matrix, primaries, transfer }: Look): number {
  return primaries === BT_709 && transfer === BT_709 ? matrix : BT_709
}

function namesOf(matrix: number) {
  return matrix === BT_709 ? BT_709_NAMES : BT_601_NAMES
}
