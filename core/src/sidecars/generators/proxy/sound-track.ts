import {
  type AudioCodec,
  AudioSampleSink,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  type InputAudioTrack,
  type Output,
} from 'mediabunny'
import type { EncodedAudioChunk } from 'node-webcodecs'
import { CoreError, errorMessage } from '../../../util/errors.ts'
import type { EmbeddedFilm } from '../film/embedded-film.ts'
import { registerWebcodecs } from '../own-ffmpeg.ts'
import type { Webcodecs } from '../thumb/decoders/decode-frames.ts'

/** Codecs that play everywhere. Sound in them is copied without conversion. */
const KEPT: readonly AudioCodec[] = ['aac', 'mp3', 'opus', 'ac3', 'eac3']
/** Samples in an AAC packet. */
const AAC_SAMPLES = 1_024
const AAC = 'mp4a.40.2'
const SOUND_BITS = 128_000
/** How many more packets than expected are reserved for sound that is encoded again: a factor, and a number. */
const SPARE = 1.1
const SPARE_PACKETS = 100

type Meta = Parameters<EncodedAudioPacketSource['add']>[1]

interface SoundPacket {
  readonly packet: EncodedPacket
  readonly meta: Meta
}

/** The sound of a film, packet by packet. */
export interface Sound {
  /** The start, in seconds. */
  readonly start: number
  /** The next packet, if it begins before `until`, in seconds. */
  next(until: number): Promise<SoundPacket | null>
  /** Adds a track to a copy that begins at `start`, in seconds, and returns a function that writes to the track. */
  track(output: Output, start: number): (packet: SoundPacket) => Promise<void>
}

/**
 * Opens the sound of a film; null if it has none. Throws `Unsupported` if it can be neither copied nor encoded again.
 */
export async function openSound({ input, webcodecs }: EmbeddedFilm): Promise<Sound | null> {
  const track = await input.getPrimaryAudioTrack()
  const codec = await track?.getCodec()
  if (!track) return null
  if (!codec) throw new CoreError('Unsupported', 'the codec of its sound is not one of those embedded')
  const isKept = KEPT.includes(codec)
  const packets = isKept ? keptPackets(track) : newPackets(track, webcodecs)
  const [count, start] = [await countPackets(track, isKept), await track.getFirstTimestamp()]
  let ahead: SoundPacket | null = null
  return {
    start,
    async next(until) {
      ahead ??= (await packets.next()).value ?? null
      if (!ahead || ahead.packet.timestamp >= until) return null
      const packet = ahead
      ahead = null
      return packet
    },
    track(output, first) {
      const source = new EncodedAudioPacketSource(isKept ? codec : 'aac')
      output.addAudioTrack(source, { maximumPacketCount: count })
      return ({ packet, meta }) => source.add(packet.clone({ timestamp: packet.timestamp - first }), meta)
    },
  }
}

async function countPackets(track: InputAudioTrack, isKept: boolean): Promise<number> {
  if (isKept) return (await track.computePacketStats()).packetCount
  const seconds = await track.computeDuration()
  return Math.ceil(((seconds * (await track.getSampleRate())) / AAC_SAMPLES) * SPARE) + SPARE_PACKETS
}

async function* keptPackets(track: InputAudioTrack): AsyncGenerator<SoundPacket, undefined> {
  const decoderConfig = await track.getDecoderConfig()
  if (!decoderConfig) throw new CoreError('Unsupported', 'its sound is not described')
  for await (const packet of new EncodedPacketSink(track).packets()) yield { packet, meta: { decoderConfig } }
  return undefined
}

/** Decodes the sound and encodes it as AAC. */
async function* newPackets(track: InputAudioTrack, webcodecs: Webcodecs): AsyncGenerator<SoundPacket, undefined> {
  // Without this package, only uncompressed sound can be decoded.
  registerWebcodecs()
  if (!(await track.canDecode()))
    throw new CoreError('Unsupported', `its sound (${await track.getCodec()}) is not one of those embedded`)
  const chunks: { chunk: EncodedAudioChunk; meta: unknown }[] = []
  let failure: Error | null = null
  const encoder = new webcodecs.AudioEncoder({
    output: (chunk, meta) => chunks.push({ chunk, meta }),
    error: (err) => {
      failure ??= new CoreError('Unsupported', `its sound cannot be written: ${errorMessage(err)}`)
    },
  })
  const sampleRate = await track.getSampleRate()
  const numberOfChannels = await track.getNumberOfChannels()
  encoder.configure({ codec: AAC, sampleRate, numberOfChannels, bitrate: SOUND_BITS })
  const start = await track.getFirstTimestamp()
  const duration = AAC_SAMPLES / sampleRate
  let written = 0
  function* take(): Generator<SoundPacket> {
    if (failure) throw failure
    for (const { chunk, meta } of chunks.splice(0)) {
      const data = new Uint8Array(chunk.byteLength)
      chunk.copyTo(data)
      // Times are computed from the number of samples, because the encoder starts at zero.
      yield { packet: new EncodedPacket(data, 'key', start + written++ * duration, duration), meta: meta as Meta }
    }
  }
  try {
    for await (const { data, at } of blocksOf(track, numberOfChannels)) {
      const about = { sampleRate, numberOfFrames: AAC_SAMPLES, numberOfChannels }
      const block = new webcodecs.AudioData({ ...about, format: 'f32-planar', timestamp: at, data })
      encoder.encode(block)
      block.close()
      yield* take()
    }
    await encoder.flush()
    yield* take()
  } finally {
    encoder.close()
  }
  return undefined
}

/** The samples of a track in blocks of equal size, with one channel after another. Gaps are filled with silence. */
async function* blocksOf(track: InputAudioTrack, channels: number) {
  let block = new Float32Array(AAC_SAMPLES * channels)
  let filled = 0
  let count = 0
  const full = () => ({ data: block, at: Math.round(count++ * AAC_SAMPLES) })
  const rate = await track.getSampleRate()
  const start = await track.getFirstTimestamp()
  for await (const sample of new AudioSampleSink(track).samples()) {
    using _ = sample
    const { numberOfFrames, numberOfChannels, timestamp } = sample
    const planes = Array.from({ length: channels }, (_each, channel) => {
      const plane = new Float32Array(numberOfFrames)
      sample.copyTo(plane, { planeIndex: Math.min(channel, numberOfChannels - 1), format: 'f32-planar' })
      return plane
    })
    // Fills gaps, so that the sound stays in sync.
    let silent = Math.round((timestamp - start) * rate) - (count * AAC_SAMPLES + filled)
    if (silent < GAP * rate) silent = 0
    for (let i = -silent; i < numberOfFrames; i++) {
      if (i >= 0) for (const [channel, plane] of planes.entries()) block[channel * AAC_SAMPLES + filled] = plane[i]!
      if (++filled < AAC_SAMPLES) continue
      yield full()
      block = new Float32Array(AAC_SAMPLES * channels)
      filled = 0
    }
  }
  if (filled > 0) yield full()
}

/** Gaps of up to this many seconds between timestamps are ignored; longer ones are filled with silence. */
const GAP = 0.1
