import { SAMPLE_RATE } from '../limits.ts'

/** A stretch of a recording that contains sound. */
export interface Piece {
  /** Milliseconds from the start of the recording. */
  readonly startMs: number
  /** 16-bit samples, `SAMPLE_RATE` per second. */
  readonly samples: Int16Array
}

/** Samples in a frame of 30 ms. Loudness is measured for each frame. */
const FRAME = 480
const FRAME_MS = (FRAME * 1_000) / SAMPLE_RATE
/**
 * Frames up to this loudness (out of 32,768) are silent: 50 dB below the maximum. In quiet recordings, the limit is 40
 * dB below the loudest frame so far.
 */
const SILENCE = 104
const SILENCE_PART = 0.01
/** Frames up to this loudness contain nothing; it is that of dithered digital silence. */
const NOTHING = 3
/**
 * A longer silence is left out, because engines invent words in it. Shorter ones are kept, because each cut has a
 * cost.
 */
const LONG_SILENCE = Math.round(5_000 / FRAME_MS)
/** Frames that are kept before and after the sound, so that words keep their beginnings and ends. */
const MARGIN = Math.round(300 / FRAME_MS)
/**
 * If a piece grows too long, it is cut in its last part (of this share), at the quietest run of `CUT_FRAMES` frames.
 */
const CUT_PART = 0.3
const CUT_FRAMES = 10

/**
 * Cuts sound into pieces of at most `maxMs`, at silences if possible, and leaves out long silences. Keeps one piece in
 * memory at a time.
 */
export async function* cutAtSilence(blocks: AsyncIterable<Int16Array>, maxMs: number): AsyncGenerator<Piece> {
  const cutter = new Cutter(Math.max(2 * CUT_FRAMES, Math.floor(maxMs / FRAME_MS)))
  for await (const block of blocks) yield* cutter.push(block)
  yield* cutter.end()
}

class Cutter {
  readonly #max: number
  readonly #samples: Int16Array
  /** The loudness of each complete frame. */
  readonly #loudness: Float32Array
  #length = 0
  /** The number of frames that were dropped before the first kept one. */
  #before = 0
  #loudest = 0
  /** Whether the kept frames contain sound. Then at most `MARGIN` frames are kept before the sound. */
  #heard = false
  #quiet = 0

  constructor(maxFrames: number) {
    this.#max = maxFrames
    this.#samples = new Int16Array(maxFrames * FRAME)
    this.#loudness = new Float32Array(maxFrames)
  }

  *push(block: Int16Array): Generator<Piece> {
    for (let at = 0; at < block.length;) {
      const room = FRAME - (this.#length % FRAME)
      const part = block.subarray(at, at + room)
      this.#samples.set(part, this.#length)
      this.#length += part.length
      at += part.length
      if (this.#length % FRAME === 0) yield* this.#frame()
    }
  }

  *end(): Generator<Piece> {
    if (this.#length % FRAME > 0) {
      const frames = Math.ceil(this.#length / FRAME)
      const last = this.#samples.subarray((frames - 1) * FRAME, this.#length)
      if (loudnessOf(last) > this.#silence) this.#heard = true
    }
    if (this.#heard) yield this.#piece(this.#length)
  }

  get #frames(): number {
    return Math.floor(this.#length / FRAME)
  }

  get #silence(): number {
    return Math.max(NOTHING, Math.min(SILENCE, this.#loudest * SILENCE_PART))
  }

  /** Handles a completed frame. */
  *#frame(): Generator<Piece> {
    const last = this.#frames - 1
    const loudness = loudnessOf(this.#samples.subarray(last * FRAME, this.#length))
    this.#loudness[last] = loudness
    this.#loudest = Math.max(this.#loudest, loudness)
    if (loudness > this.#silence) {
      this.#heard = true
      this.#quiet = 0
    } else {
      this.#quiet++
    }
    if (!this.#heard) return this.#drop(Math.max(0, this.#frames - MARGIN))
    if (this.#quiet >= LONG_SILENCE) {
      yield this.#piece((this.#frames - this.#quiet + MARGIN) * FRAME)
      this.#heard = false
      this.#drop(this.#frames - MARGIN)
    } else if (this.#frames === this.#max) {
      const cut = this.#cut()
      yield this.#piece(cut * FRAME)
      this.#drop(cut)
      this.#look()
    }
  }

  #piece(length: number): Piece {
    return { startMs: this.#before * FRAME_MS, samples: this.#samples.slice(0, length) }
  }

  #drop(frames: number): void {
    if (frames === 0) return
    this.#samples.copyWithin(0, frames * FRAME, this.#length)
    this.#loudness.copyWithin(0, frames, this.#frames)
    this.#length -= frames * FRAME
    this.#before += frames
  }

  /** Recomputes the state for the kept frames: whether they contain sound, and how long the silence at their end is. */
  #look(): void {
    const last = this.#lastHeard()
    this.#heard = last >= 0
    this.#quiet = this.#frames - 1 - last
  }

  /** The last kept frame with sound; -1 if there is none. */
  #lastHeard(): number {
    return this.#loudness.subarray(0, this.#frames).findLastIndex((loudness) => loudness > this.#silence)
  }

  /**
   * The frame at which a piece that has grown too long is cut: the quietest place. If only silence follows the last
   * sound before that place, the end of the sound plus the margin.
   */
  #cut(): number {
    const [quietest, last] = [this.#quietest(), this.#lastHeard()]
    return last < quietest ? Math.min(this.#frames, last + 1 + MARGIN) : quietest
  }

  /** The middle of the quietest frames in the last part. */
  #quietest(): number {
    const first = Math.floor(this.#frames * (1 - CUT_PART))
    let best = this.#frames
    let least = Infinity
    let sum = 0
    for (let frame = first; frame < this.#frames; frame++) {
      sum += this.#loudness[frame]!
      if (frame - first >= CUT_FRAMES) sum -= this.#loudness[frame - CUT_FRAMES]!
      if (frame - first < CUT_FRAMES - 1 || sum >= least) continue
      least = sum
      best = frame + 1 - CUT_FRAMES / 2
    }
    return best
  }
}

/** The loudness of samples: their root mean square. */
function loudnessOf(samples: Int16Array): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!
  return Math.sqrt(sum / Math.max(1, samples.length))
}
