import type { Look, Size } from '../film/look.ts'
import { BT_709, type Canvas } from '../thumb/decoders/planes.ts'

/** 8-bit samples with even sides. The colour planes have a quarter of the size (4:2:0). */
export interface Samples extends Size {
  readonly data: Buffer
}

/** Weights of red and blue in the brightness. */
const BT_709_WEIGHTS = [0.2126, 0.0722] as const
const BT_601_WEIGHTS = [0.299, 0.114] as const
/** The ranges of brightness and colour values, and the value of black. */
const [BRIGHT_STEPS, COLOUR_STEPS, BLACK] = [219 / 255, 224 / 255, 16]

/** Converts red, green and blue to samples. */
export function samplesOf({ data: rgb, width, height }: Canvas, matrix: number): Samples {
  const [red, blue] = matrix === BT_709 ? BT_709_WEIGHTS : BT_601_WEIGHTS
  const green = 1 - red - blue
  const data = Buffer.allocUnsafe((width * height * 3) / 2)
  const blues = width * height
  const reds = blues + (width * height) / 4
  for (let y = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2) {
      let [r, g, b] = [0, 0, 0]
      for (const at of [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1]) {
        const [pr, pg, pb] = [rgb[at * 3]!, rgb[at * 3 + 1]!, rgb[at * 3 + 2]!]
        data[at] = BLACK + (red * pr + green * pg + blue * pb) * BRIGHT_STEPS + 0.5
        r += pr / 4
        g += pg / 4
        b += pb / 4
      }
      const bright = red * r + green * g + blue * b
      const at = (y / 2) * (width / 2) + x / 2
      data[blues + at] = 128.5 + ((b - bright) / (2 * (1 - blue))) * COLOUR_STEPS
      data[reds + at] = 128.5 + ((r - bright) / (2 * (1 - red))) * COLOUR_STEPS
    }
  }
  return { data, width, height }
}

/** Rotates and mirrors samples for display. */
export function turned(samples: Samples, { rotation, flip }: Pick<Look, 'rotation' | 'flip'>): Samples {
  if (rotation === 0 && !flip) return samples
  const { width, height } = samples
  const isAcross = rotation % 180 !== 0
  const turn = { rotation, flip }
  const whole = width * height
  const parts = [
    turnPlane(samples.data.subarray(0, whole), { width, height }, turn),
    turnPlane(samples.data.subarray(whole, whole * 1.25), { width: width / 2, height: height / 2 }, turn),
    turnPlane(samples.data.subarray(whole * 1.25, whole * 1.5), { width: width / 2, height: height / 2 }, turn),
  ]
  return { data: Buffer.concat(parts), width: isAcross ? height : width, height: isAcross ? width : height }
}

/** Rotates clockwise, then mirrors. */
function turnPlane(plane: Uint8Array, { width, height }: Size, { rotation, flip }: Pick<Look, 'rotation' | 'flip'>) {
  const isAcross = rotation % 180 !== 0
  const [outWidth, outHeight] = isAcross ? [height, width] : [width, height]
  const out = Buffer.allocUnsafe(plane.length)
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const across = flip ? outWidth - 1 - x : x
      const from = {
        0: y * width + across,
        90: (height - 1 - across) * width + y,
        180: (height - 1 - y) * width + (width - 1 - across),
        270: across * width + (width - 1 - y),
      }[rotation]
      out[y * outWidth + x] = plane[from]!
    }
  }
  return out
}
