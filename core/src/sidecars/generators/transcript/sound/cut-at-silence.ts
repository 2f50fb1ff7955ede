import { SAMPLE_RATE } from '../limits.ts'

/** A stretch of a recording in which something can be heard. */
export interface Piece {
  /** Milliseconds from the start of the recording. */
  readonly startMs: number
  /** Sixteen bits, `SAMPLE_RATE` a second. */
  readonly samples: Int16Array
}

/** Samples that are looked at together: 30 ms. */
const FRAME = 480
const FRAME_MS = (FRAME * 1_000) / SAMPLE_RATE
/** As loud as this is silence, of 32,768: 50 dB below the loudest there can be, in quiet recordings 40 dB below the loudest there was. */
const SILENCE = 104
const SILENCE_PART = 0.01
/** Noise of digital silence that was dithered. */
const NOTHING = 3
/** A longer silence is left out: engines take it for words nobody said. Below it, cutting costs more than it saves. */
const LONG_SILENCE = Math.round(5_000 / FRAME_MS)
/** Kept before and behind what can be heard, so that no word loses its beginning or end. */
const MARGIN = Math.round(300 / FRAME_MS)
/** Where a piece grows too long it is cut in its last part, where so many frames in a row are the quietest. */
const CUT_PART = 0.3
const CUT_FRAMES = 10

/**
 * Cuts sound into pieces of at most `maxMs`, at silences where there are any, and leaves out long silences. Holds one piece
 * at a time.
 */
export async function* cutAtSilence(blocks: AsyncIterable<Int16Array>, maxMs: number): AsyncGenerator<Piece> {
  const cutter = new Cutter(Math.max(2 * CUT_FRAMES, Math.floor(maxMs / FRAME_MS)))
  for await (const block of blocks) yield* cutter.push(block)
  yield* cutter.end()
}

class Cutter {
  readonly #max: number
  readonly #samples: Int16Array
  /** How loud each frame is; whole frames only. */
  readonly #loudness: Float32Array
  #length = 0
  /** Frames before the first of those held. */
  #before = 0
  #loudest = 0
  /** Frames held of which the first has been heard, or is the margin before it. */
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

  /** One more frame is there. */
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

  /** What is held begins anew: whether it can be heard, and how long it has been quiet. */
  #look(): void {
    const last = this.#lastHeard()
    this.#heard = last >= 0
    this.#quiet = this.#frames - 1 - last
  }

  /** The last frame held that can be heard; -1 where none can. */
  #lastHeard(): number {
    return this.#loudness.subarray(0, this.#frames).findLastIndex((loudness) => loudness > this.#silence)
  }

  /** Where a piece that has grown too long ends; with its margin, where nothing can be heard behind the quietest place. */
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

/** Root of the mean square. */
function loudnessOf(samples: Int16Array): number {
  let sum = 0
  for (let i = 0; i < samples.length; i++) sum += samples[i]! * samples[i]!
  return Math.sqrt(sum / Math.max(1, samples.length))
}
