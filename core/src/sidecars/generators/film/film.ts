import type { Engine } from '../generator.ts'
import type { Picture } from '../thumb/decoders/picture.ts'

/** A film that pictures are taken from. */
export interface Film extends Disposable {
  readonly engine: Engine
  /** Seconds. */
  readonly length: number
  /**
   * Pictures at some moments, in seconds, in rising order; upright, in sRGB, the longer side at most `side` pixels. Null
   * for a moment where nothing can be decoded; of a film that is not as long as it says, there are fewer. Throws `Corrupt`, `Unsupported`.
   */
  pictures(moments: readonly number[], options: PictureOptions): AsyncIterable<Picture | null>
}

export interface PictureOptions {
  /** Pixels. */
  readonly side: number
  /** Seconds that a picture may be off. */
  readonly near: number
  /**
   * Milliseconds after which nothing is decoded only to come nearer to a moment: the picture before it that stands for
   * itself is taken then, which may be some seconds off, and may be the same for several moments.
   */
  readonly exactMs: number
}
