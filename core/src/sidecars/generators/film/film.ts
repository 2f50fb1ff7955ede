import type { Engine } from '../generator.ts'
import type { Picture } from '../thumb/decoders/picture.ts'

/** A film from which frames are taken. */
export interface Film extends Disposable {
  readonly engine: Engine
  /** Seconds. */
  readonly length: number
  /**
   * Frames at some moments, in seconds, in ascending order; upright, in sRGB, the longer side at most `side` pixels.
   * Null for a moment where nothing can be decoded. A film that is shorter than its metadata states yields fewer.
   * Throws `Corrupt`, `Unsupported`.
   */
  pictures(moments: readonly number[], options: PictureOptions): AsyncIterable<Picture | null>
}

export interface PictureOptions {
  /** Pixels. */
  readonly side: number
  /** How many seconds a frame may be early. */
  readonly near: number
  /**
   * Limit on the processor time, in milliseconds, that is spent on decoding frames only to get closer to a moment.
   * After that, the key frame before the moment is used. It may be some seconds early, and may be the same for several
   * moments.
   */
  readonly exactMs: number
}
