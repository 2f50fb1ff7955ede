import { EncodedVideoPacketSource, FilePathTarget, Mp4OutputFormat, Output } from 'mediabunny'
import { CoreError } from '../../../util/errors.ts'
import { type EmbeddedFilm, openEmbeddedFilm } from '../film/embedded-film.ts'
import { readFrames } from '../film/read-frames.ts'
import type { Engine } from '../generator.ts'
import type { CopyRequest, FilmCopy } from './copy.ts'
import { maxProxyBytes } from './limits.ts'
import { PictureTrack } from './picture-track.ts'
import { openSound, type Sound } from './sound-track.ts'

/** Seconds by which sound is written ahead of its frames, so that both are close together in the file. */
const SOUND_AHEAD = 0.5

/** Makes all copies from one decode with the embedded engine. Throws like `Make`. */
export async function copyEmbedded({ path, size, copies }: CopyRequest): Promise<Engine> {
  using film = await openEmbeddedFilm(path)
  if (!film) throw new CoreError('Unsupported', 'the video has no frames')
  const first = await film.sink.getFirstKeyPacket()
  if (!first) throw new CoreError('Corrupt', 'the video has no complete frame to start from')
  const { packetCount, averagePacketRate } = await film.track.computePacketStats()
  const sound = await openSound(film)
  // A single frame without a duration has no rate.
  const rate = averagePacketRate > 0 && Number.isFinite(averagePacketRate) ? averagePacketRate : 1
  const facts = { pictures: packetCount, rate, maxBytes: maxProxyBytes({ size }) }
  const start = Math.min(first.timestamp, sound?.start ?? Infinity)
  const written = copies.map((copy) => new WrittenCopy(copy, { film, sound, start, ...facts }))
  try {
    for (const each of written) await each.begin()
    for await (const frame of readFrames(film, first)) {
      await addSound(frame.at + SOUND_AHEAD)
      for (const each of written) await each.pictures.add(frame)
    }
    await addSound(Infinity)
    for (const each of written) await each.end()
  } catch (err) {
    for (const each of written) await each.cancel()
    throw err
  }
  return film.engine

  async function addSound(until: number): Promise<void> {
    for (let packet = await sound?.next(until); packet; packet = await sound?.next(until))
      for (const each of written) await each.addSound(packet)
  }
}

interface CopyFacts {
  readonly film: EmbeddedFilm
  readonly sound: Sound | null
  /** The start of the film, in seconds. */
  readonly start: number
  /** The maximum number of frames. */
  readonly pictures: number
  /** Frames per second. */
  readonly rate: number
  readonly maxBytes: number
}

/** A copy that is being written. */
class WrittenCopy {
  readonly pictures: PictureTrack
  readonly #output: Output
  readonly #sound: ReturnType<Sound['track']> | null

  constructor({ profile, into }: FilmCopy, { film, sound, start, pictures, rate, maxBytes }: CopyFacts) {
    this.#output = new Output({
      // Reserves space for the index at the beginning of the file, so that players can start at once.
      format: new Mp4OutputFormat({ fastStart: 'reserve' }),
      target: new FilePathTarget(into),
    })
    const source = new EncodedVideoPacketSource('avc')
    this.#output.addVideoTrack(source, { maximumPacketCount: pictures })
    this.pictures = new PictureTrack({ film, source, profile, start, rate, maxBytes })
    this.#sound = sound?.track(this.#output, start) ?? null
  }

  begin(): Promise<void> {
    return this.#output.start()
  }

  async addSound(packet: Parameters<ReturnType<Sound['track']>>[0]): Promise<void> {
    await this.#sound?.(packet)
  }

  async end(): Promise<void> {
    await this.pictures.end()
    await this.#output.finalize()
  }

  async cancel(): Promise<void> {
    this.pictures.close()
    if (this.#output.state === 'pending' || this.#output.state === 'started') await this.#output.cancel()
  }
}
