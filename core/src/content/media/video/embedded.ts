import {
  BlobSource,
  Input,
  type InputAudioTrack,
  type InputTrack,
  type InputVideoTrack,
  Logging,
  LogLevel,
  type MetadataTags,
} from 'mediabunny'
import { descriptionBytes, filmContainers, withoutCircles } from '../media-input.ts'
import { pixelFormat } from './pixel-format.ts'
import type { FoundVideo } from './video-facts.ts'

/** Number of pictures from whose times the frame rate is computed. */
const PICTURES_COUNTED = 120

/** Codec names that differ from ffmpeg's. */
const codecNames: Readonly<Record<string, string>> = {
  avc: 'h264',
  'V_MPEG4/ISO/ASP': 'mpeg4',
  V_MPEG2: 'mpeg2video',
  V_MPEG1: 'mpeg1video',
  'V_MS/VFW/FOURCC': 'vfw',
  V_THEORA: 'theora',
  V_MJPEG: 'mjpeg',
  V_PRORES: 'prores',
  mp4v: 'mpeg4',
  s263: 'h263',
  jpeg: 'mjpeg',
  mjpa: 'mjpeg',
  mjpb: 'mjpegb',
}

/** Reads the tracks of a video; null if mediabunny does not support its container. */
export async function readEmbedded(blob: Blob): Promise<FoundVideo | null> {
  // Without this, mediabunny prints unknown parts to the console.
  Logging.level = LogLevel.Silent
  using input = new Input({ source: withoutCircles(new BlobSource(blob)), formats: filmContainers })
  if (!(await input.canRead())) return null
  const video = await input.getPrimaryVideoTrack()
  const audio = await input.getPrimaryAudioTrack()
  const track = video ?? audio
  const seconds = track && ((await track.getDurationFromMetadata()) ?? (await lengthOf(track)))
  return {
    duration_ms: seconds === null ? null : seconds * 1_000,
    ...(video && (await pictures(video))),
    ...(audio && (await sound(audio))),
    ...tagFacts(await input.getMetadataTags()),
  }
}

/** The clock of a transport stream may begin at any value. */
async function lengthOf(track: InputTrack): Promise<number> {
  return (await track.computeDuration()) - Math.max(0, await track.getFirstTimestamp())
}

async function pictures(track: InputVideoTrack): Promise<FoundVideo> {
  const colour = await track.getColorSpace()
  const config = await track.getDecoderConfig()
  const codec = (await track.getCodec()) ?? String((await track.getInternalCodecId()) ?? '')
  const { averagePacketRate } = await track.computePacketStats(PICTURES_COUNTED, { metadataOnly: true })
  const description = config?.description
  return {
    width: await track.getCodedWidth(),
    height: await track.getCodedHeight(),
    rotation: await track.getRotation(),
    codec: codecNames[codec] ?? codec,
    pixel_format:
      config && pixelFormat({ ...config, description: descriptionBytes(description), matrix: colour.matrix }),
    color_space: colour.matrix ?? null,
    color_range: typeof colour.fullRange === 'boolean' ? (colour.fullRange ? 'full' : 'limited') : null,
    color_primaries: colour.primaries ?? null,
    color_transfer: colour.transfer ?? null,
    framesPerSecond: averagePacketRate,
  }
}

async function sound(track: InputAudioTrack): Promise<FoundVideo> {
  return {
    audio_codec: (await track.getCodec()) ?? String((await track.getInternalCodecId()) ?? ''),
    audio_channels: await track.getNumberOfChannels(),
    audio_sample_rate: await track.getSampleRate(),
    audio_bit_rate: (await track.getBitrate()) ?? (await track.getAverageBitrate()),
  }
}

function tagFacts({ title, artist, album }: MetadataTags): FoundVideo {
  return { title: title ?? null, artist: artist ?? null, album: album ?? null }
}
