import { CoreError } from '../../../util/errors.ts'
import { DULL, variationOf } from '../film/look.ts'
import type { Picture } from '../thumb/decoders/picture.ts'
import { drawn, type RawPixels } from '../thumb/decoders/raw-pixels.ts'
import type { Strip } from './strips.ts'

/** Where in its share of a film a picture is taken. */
const MIDDLE = 0.5
/** Where else in the first share, which may begin in the dark: the one that shows most is taken. */
const LATER = [0.75, 0.95]

/** Pictures along a film, in rows from the top left. */
export class Grid {
  readonly strip: Strip
  /** Seconds from one picture to the next. */
  readonly step: number
  /** Moments it wants a picture of, in seconds. */
  readonly moments: readonly number[]
  readonly #tiles: (RawPixels | undefined)[] = []
  /** How much the first of them shows; see `variationOf`. */
  #first = -1

  constructor(strip: Strip, length: number) {
    const count = strip.across ** 2
    this.strip = strip
    this.step = length / count
    this.moments = Array.from({ length: count }, (_, i) => (i + MIDDLE) * this.step)
  }

  /** Moments of the first share that may show more; none where it shows something. */
  get later(): readonly number[] {
    return this.#first < DULL ? LATER.map((part) => part * this.step) : []
  }

  /** Takes the picture of a moment, if it wants one of it. */
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

  /** All of them in one picture; one that is missing is like that before it. Throws `Corrupt` where all are. */
  drawing(): RawPixels {
    const { across } = this.strip
    const first = this.#tiles.find((tile) => tile !== undefined)
    if (!first) throw new CoreError('Corrupt', 'there is no whole picture in it')
    const { width, height } = first
    const row = width * across * 3
    const data = Buffer.alloc(row * height * across)
    let tile = first
    for (let index = 0; index < across ** 2; index++) {
      tile = this.#tiles[index] ?? tile
      const start = Math.floor(index / across) * height * row + (index % across) * width * 3
      // A film may change its size on the way.
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
