import { createRequire } from 'node:module'
import {
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  FilePathTarget,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from 'mediabunny'
import type * as Webcodecs from 'node-webcodecs'

export type Rgb = readonly [red: number, green: number, blue: number]

export interface FilmOptions {
  readonly codec?: 'avc' | 'vp8' | 'vp9'
  readonly width?: number
  readonly height?: number
  readonly seconds?: number
  /** Moments of its pictures, in seconds; else `rate` of them a second. */
  readonly moments?: readonly number[]
  readonly rate?: number
  /** Pictures from one that stands for itself to the next. */
  readonly keyEvery?: number
  /** Degrees that it is to be turned when it is shown. */
  readonly rotation?: 0 | 90 | 180 | 270
  /** What is seen at a moment: stripes from the left to the right. */
  readonly stripes?: (seconds: number) => readonly Rgb[]
  /** Seconds at which a tone begins, of 440 Hz, which lasts to the end; no sound without. */
  readonly toneFrom?: number
}

export const [RED, GREEN, BLUE, BLACK]: readonly [Rgb, Rgb, Rgb, Rgb] = [
  [230, 20, 20],
  [20, 200, 20],
  [20, 20, 230],
  [0, 0, 0],
]

const SAMPLE_RATE = 48_000
/** What AAC packs at once. */
const SAMPLES = 1_024

/** Whether films can be made here: the embedded engine has a build for this platform. */
export function canMakeFilms(): boolean {
  try {
    loadEngine()
    return true
  } catch {
    return false
  }
}

/** Writes a film with the embedded engine: small, and real. WebM where its codec is of that family, else MP4. */
export async function makeFilm(path: string, options: FilmOptions = {}): Promise<void> {
  const { codec = 'avc', rotation = 0, toneFrom } = options
  const output = new Output({
    format: codec === 'avc' ? new Mp4OutputFormat() : new WebMOutputFormat(),
    target: new FilePathTarget(path),
  })
  const pictures = new EncodedVideoPacketSource(codec)
  output.addVideoTrack(pictures, { rotation })
  const sound = toneFrom === undefined ? null : new EncodedAudioPacketSource(codec === 'avc' ? 'aac' : 'opus')
  if (sound) output.addAudioTrack(sound)
  await output.start()
  const video = await encodePictures(options)
  for (const { chunk, meta } of video) await pictures.add(packetOf(chunk), meta)
  if (sound) for (const { chunk, meta } of await encodeTone(options)) await sound.add(packetOf(chunk), meta)
  await output.finalize()
}

async function encodePictures(options: FilmOptions) {
  const { codec = 'avc', width = 320, height = 180, seconds = 2, rate = 10, keyEvery = 5 } = options
  const { moments = Array.from({ length: seconds * rate }, (_, i) => i / rate), stripes = () => [RED, BLUE] } = options
  const { VideoEncoder, VideoFrame } = loadEngine()
  const chunks: { chunk: Webcodecs.EncodedVideoChunk; meta: object | undefined }[] = []
  const codecs = { avc: 'avc1.42e01e', vp8: 'vp8', vp9: 'vp09.00.10.08' }
  const encoder = new VideoEncoder({
    output: (chunk, meta) => {
      const { codec: name, codedWidth, codedHeight } = meta?.decoderConfig ?? {}
      chunks.push({ chunk, meta: meta && { decoderConfig: { codec: name, codedWidth, codedHeight } } })
    },
    error: (err) => {
      throw err
    },
  })
  const shape = { width, height, framerate: rate, bitrate: 400_000 }
  encoder.configure({
    ...shape,
    codec: codecs[codec],
    useWorkerThread: false,
    hardwareAcceleration: 'prefer-software',
    avc: { format: 'avc' },
  })
  for (const [i, moment] of moments.entries()) {
    const timestamp = Math.round(moment * 1e6)
    const data = drawStripes(stripes(moment), { width, height })
    const frame = new VideoFrame(data, { format: 'I420', codedWidth: width, codedHeight: height, timestamp })
    encoder.encode(frame, { keyFrame: i % keyEvery === 0 })
    frame.close()
  }
  await encoder.flush()
  encoder.close()
  return chunks.map(({ chunk, meta }, i) => {
    const next = moments[i + 1] ?? moments[i]! + 1 / rate
    return { chunk: { ...dataOf(chunk), duration: next - moments[i]! }, meta }
  })
}

async function encodeTone({ codec = 'avc', seconds = 2, toneFrom = 0 }: FilmOptions) {
  const { AudioEncoder, AudioData } = loadEngine()
  const chunks: { chunk: Webcodecs.EncodedAudioChunk; meta: object | undefined }[] = []
  const encoder = new AudioEncoder({
    output: (chunk, meta) => chunks.push({ chunk, meta }),
    error: (err) => {
      throw err
    },
  })
  const name = codec === 'avc' ? 'mp4a.40.2' : 'opus'
  const samples = codec === 'avc' ? SAMPLES : 960
  encoder.configure({ codec: name, sampleRate: SAMPLE_RATE, numberOfChannels: 1, bitrate: 64_000 })
  for (let first = 0; first < seconds * SAMPLE_RATE; first += samples) {
    const data = Float32Array.from({ length: samples }, (_, i) => {
      const at = (first + i) / SAMPLE_RATE
      return at < toneFrom ? 0 : Math.sin(at * 440 * 2 * Math.PI) / 2
    })
    const timestamp = Math.round((first / SAMPLE_RATE) * 1e6)
    const about = { sampleRate: SAMPLE_RATE, numberOfFrames: samples, numberOfChannels: 1, timestamp }
    const block = new AudioData({ ...about, format: 'f32-planar', data })
    encoder.encode(block)
    block.close()
  }
  await encoder.flush()
  encoder.close()
  const duration = samples / SAMPLE_RATE
  return chunks.map(({ chunk, meta }, i) => ({ chunk: { ...dataOf(chunk), timestamp: i * duration, duration }, meta }))
}

interface Packed {
  readonly data: Uint8Array
  readonly type: 'key' | 'delta'
  /** Seconds. */
  readonly timestamp: number
  readonly duration: number
}

function dataOf(chunk: Webcodecs.EncodedVideoChunk | Webcodecs.EncodedAudioChunk): Omit<Packed, 'duration'> {
  const data = new Uint8Array(chunk.byteLength)
  chunk.copyTo(data)
  return { data, type: chunk.type, timestamp: chunk.timestamp / 1e6 }
}

function packetOf({ data, type, timestamp, duration }: Packed): EncodedPacket {
  return new EncodedPacket(data, type, timestamp, duration)
}

/** Planes of brightness and colour, as BT.601 has them. */
function drawStripes(colours: readonly Rgb[], { width, height }: { width: number; height: number }): Buffer {
  const [halfWidth, halfHeight] = [(width + 1) >> 1, (height + 1) >> 1]
  const data = Buffer.alloc(width * height + 2 * halfWidth * halfHeight)
  const draw = (at: number, across: number, down: number, value: (rgb: Rgb) => number) => {
    for (let x = 0; x < across; x++) {
      const byte = Math.round(value(colours[Math.floor((x * colours.length) / across)]!))
      for (let y = 0; y < down; y++) data[at + y * across + x] = byte
    }
  }
  draw(0, width, height, ([r, g, b]) => 16 + 0.257 * r + 0.504 * g + 0.098 * b)
  draw(width * height, halfWidth, halfHeight, ([r, g, b]) => 128 - 0.148 * r - 0.291 * g + 0.439 * b)
  const reds = width * height + halfWidth * halfHeight
  draw(reds, halfWidth, halfHeight, ([r, g, b]) => 128 + 0.439 * r - 0.368 * g - 0.071 * b)
  return data
}

function loadEngine(): typeof Webcodecs {
  process.env['NODE_WEBCODECS_FORCE'] = 'static'
  return createRequire(import.meta.url)('node-webcodecs') as typeof Webcodecs
}
