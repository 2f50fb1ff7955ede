import { CoreError } from '../../../util/errors.ts'
import { DULL, variationOf } from '../film/look.ts'
import type { Picture } from '../thumb/decoders/picture.ts'
import { drawn, type RawPixels } from '../thumb/decoders/raw-pixels.ts'
import type { Strip } from './strips.ts'

/** The moment of a frame, as a fraction of its share of the film. */
const MIDDLE = 0.5
/** Other moments in the first share, because a film may begin in the dark. The frame with the most detail is used. */
const LATER = [0.75, 0.95]

/** Frames along a film, in rows from the top left. */
export class Grid {
  readonly strip: Strip
  /** Seconds between two frames. */
  readonly step: number
  /** The moments of the wanted frames, in seconds. */
  readonly moments: readonly number[]
  readonly #tiles: (RawPixels | undefined)[] = []
  /** How much detail the best candidate for the first frame has (see `variationOf`); -1 before there is one. */
  #first = -1

  constructor(strip: Strip, length: number) {
    const count = strip.across ** 2
    this.strip = strip
    this.step = length / count
    this.moments = Array.from({ length: count }, (_, i) => (i + MIDDLE) * this.step)
  }

  /** Other moments in the first share, to try if its frame shows too little. */
  get later(): readonly number[] {
    return this.#first < DULL ? LATER.map((part) => part * this.step) : []
  }

  /** Draws the frame of a moment, if the grid needs it. */
  async show(moment: number, picture: Picture): Promise<void> {
    if (!this.moments.includes(moment) && !this.later.includes(moment)) return
    const index = this.step > 0 ? Math.floor(moment / this.step) : 0
    if (index === 0) {
      const variation = await variationOf(picture)
      if (variation <= this.#first) return
      this.#first = variation
    }
    this.#tiles[index] = await tileOf(picture, this.strip.side)
  }

  /**
   * Returns the picture with all frames. A missing frame repeats the one before it. Throws `Corrupt` if all are
   * missing.
   */
  drawing(): RawPixels {
    const { across } = this.strip
    const first = this.#tiles.find((tile) => tile !== undefined)
    if (!first) throw new CoreError('Corrupt', 'the video has no complete frame to start from')
    const { width, height } = first
    const row = width * across * 3
    const data = Buffer.alloc(row * height * across)
    let tile = first
    for (let index = 0; index < across ** 2; index++) {
      tile = this.#tiles[index] ?? tile
      const start = Math.floor(index / across) * height * row + (index % across) * width * 3
      // The size of frames may change within a film.
      const [w, h] = [Math.min(width, tile.width), Math.min(height, tile.height)]
      for (let line = 0; line < h; line++)
        data.set(tile.data.subarray(line * tile.width * 3, (line * tile.width + w) * 3), start + line * row)
    }
    return { data, width: width * across, height: height * across, channels: 3 }
  }
}

async function tileOf(picture: Picture, side: number): Promise<RawPixels> {
  const { data, info } = await drawn(picture)
    .resize(side, side, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { data, width: info.width, height: info.height, channels: 3 }
}
