import { type AudioSample, AudioSampleSink, type Input, type InputAudioTrack, MP3 } from 'mediabunny'
import { soundContainers } from '../../../../content/media/media-input.ts'
import { CoreError } from '../../../../util/errors.ts'
import { openInput, unknownCodec } from '../../embedded-input.ts'
import { registerWebcodecs } from '../../own-ffmpeg.ts'
import { MAX_RECORDING_MS, SAMPLE_RATE } from '../limits.ts'
import { NO_LENGTH, NO_SOUND } from './no-sound.ts'
import { Resampler } from './resampler.ts'

/** Gaps of up to this many seconds between timestamps are ignored; longer ones are filled with silence. */
const GAP = 0.1
/** Samples that MP3 encoders and decoders add before the first sound. The file does not state them. */
const MP3_DELAY = 576 + 529
/**
 * Limits on the sample rate. Other rates mean that the file is damaged, and resampling from them could need all
 * memory.
 */
const MIN_RATE = 1_000
const MAX_RATE = 768_000
/** Samples of silence written at once. */
const SILENT_BLOCK = SAMPLE_RATE * 10
const MAX_SECONDS = MAX_RECORDING_MS / 1_000

/**
 * Decodes the sound of a file to one channel at `SAMPLE_RATE`, in blocks of 16-bit samples. A late start and gaps are
 * filled with silence, so that times match those of the file. Throws `Corrupt`, and `Unsupported` for containers and
 * codecs without an embedded decoder, and for files without sound.
 */
export async function decodeSound(path: string, write: (block: Int16Array) => Promise<void>): Promise<void> {
  tryToRegister()
  using input = await openInput(path, soundContainers)
  const track = await input.getPrimaryAudioTrack()
  if (!track) throw new CoreError('Unsupported', NO_SOUND)
  if (!(await track.canDecode())) throw unknownCodec(await track.getCodec())
  const isMp3 = (await input.getFormat()) === MP3
  const line = new Line(write, await startOf(input, track), isMp3 ? MP3_DELAY : 0)
  for await (const sample of new AudioSampleSink(track).samples()) {
    using _ = sample
    if (!(await line.add(sample))) return
  }
  await line.end()
  if (line.length === 0) throw new CoreError('Unsupported', NO_LENGTH)
}

/** Without these decoders, only uncompressed sound is decoded. */
function tryToRegister(): void {
  try {
    registerWebcodecs()
  } catch {
    // There is no build for this platform.
  }
}

/** The first timestamp in seconds: a stream that was cut out of a longer one does not start at 0. */
async function startOf(input: Input, track: InputAudioTrack): Promise<number> {
  const first = await input.getFirstTimestamp().catch(() => track.getFirstTimestamp())
  return Math.max(0, first)
}

/** Writes decoded samples at their times. */
class Line {
  readonly #write: (block: Int16Array) => Promise<void>
  readonly #start: number
  #resampler: Resampler | null = null
  #rate = 0
  /** Samples written. */
  length = 0
  /** Seconds of sound that were added. Some may still be in the resampler. */
  #taken = 0
  /** Samples still to be dropped. */
  #delay: number

  constructor(write: (block: Int16Array) => Promise<void>, start: number, delay: number) {
    this.#write = write
    this.#start = start
    this.#delay = delay
  }

  /** Returns false if the sample is beyond the longest supported recording. */
  async add(sample: AudioSample): Promise<boolean> {
    const { numberOfFrames, sampleRate } = sample
    const at = sample.timestamp - this.#start
    if (at > MAX_SECONDS) return false
    // Samples before the start of the recording are only needed by the decoder.
    const before = Math.min(numberOfFrames, Math.max(this.#delay, Math.round(-at * sampleRate), 0))
    this.#delay = Math.max(0, this.#delay - numberOfFrames)
    if (sampleRate !== this.#rate) await this.#changeRate(sampleRate)
    if (at - this.#taken > GAP) await this.#silence(at - this.#taken)
    const mono = mixed(sample).subarray(before)
    this.#taken += mono.length / sampleRate
    await this.#put(this.#resampler ? this.#resampler.push(mono) : mono)
    return true
  }

  async end(): Promise<void> {
    if (this.#resampler) await this.#put(this.#resampler.end())
  }

  async #changeRate(rate: number): Promise<void> {
    if (!(rate >= MIN_RATE && rate <= MAX_RATE)) throw new CoreError('Corrupt', `it has ${rate} samples a second`)
    await this.end()
    this.#rate = rate
    this.#resampler = rate === SAMPLE_RATE ? null : new Resampler(rate, SAMPLE_RATE)
  }

  async #silence(seconds: number): Promise<void> {
    await this.end()
    if (this.#resampler) this.#resampler = new Resampler(this.#rate, SAMPLE_RATE)
    for (let left = Math.round(seconds * SAMPLE_RATE); left > 0; left -= SILENT_BLOCK)
      await this.#put(new Float32Array(Math.min(left, SILENT_BLOCK)))
    this.#taken += seconds
  }

  async #put(samples: Float32Array): Promise<void> {
    if (samples.length === 0) return
    this.length += samples.length
    const block = new Int16Array(samples.length)
    for (let i = 0; i < samples.length; i++)
      block[i] = Math.max(-32_768, Math.min(32_767, Math.round(samples[i]! * 32_767)))
    await this.#write(block)
  }
}

/** Mixes all channels into one. */
function mixed(sample: AudioSample): Float32Array {
  const { numberOfChannels: channels, numberOfFrames: frames } = sample
  const all = new Float32Array(frames * channels)
  sample.copyTo(all, { planeIndex: 0, format: 'f32' })
  if (channels === 1) return all
  const mono = new Float32Array(frames)
  for (let frame = 0, at = 0; frame < frames; frame++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++) sum += all[at++]!
    mono[frame] = sum / channels
  }
  return mono
}
