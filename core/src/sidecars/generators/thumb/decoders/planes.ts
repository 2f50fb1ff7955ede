/** Samples of a decoded picture in the layout of video: brightness, then two colour planes. */
export interface Planes {
  readonly data: Buffer
  readonly width: number
  readonly height: number
  /**
   * The resolution of the colour planes: 0 for no planes, 1 for a quarter (4:2:0), 2 for half (4:2:2), 3 for full
   * (4:4:4).
   */
  readonly chroma: 0 | 1 | 2 | 3
  /** Bits of a sample; above eight, a sample has two bytes. */
  readonly depth: number
  /** Whether samples use all values instead of 16–235 of 255; undefined if the decoder does not report it. */
  readonly full: boolean | undefined
}

/** The pixels to draw to: red, green, blue. */
export interface Canvas {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** The weights of red and blue in the brightness, by the matrix's number in ITU-T H.273. */
const weights: Readonly<Record<number, readonly [number, number]>> = {
  1: [0.2126, 0.0722],
  4: [0.3, 0.11],
  5: [0.299, 0.114],
  6: [0.299, 0.114],
  7: [0.212, 0.087],
  9: [0.2627, 0.0593],
}
/** The matrix number with which the planes are green, blue and red. */
const IDENTITY = 0
export const BT_601 = 6
export const BT_709 = 1

/** Draws planes at a position of a canvas, as far as they fit. */
export function drawPlanes(
  planes: Planes,
  { onto, x, y, matrix, full }: { onto: Canvas; x: number; y: number; matrix: number; full: boolean },
): void {
  if (matrix === IDENTITY && planes.chroma === 3) {
    drawPrimaries(planes, { onto, x, y, full })
    return
  }
  const samples = samplesOf(planes)
  const colourWidth = planes.chroma === 3 ? planes.width : (planes.width + 1) >> 1
  const colourHeight = planes.chroma === 1 ? (planes.height + 1) >> 1 : planes.height
  const blues = planes.width * planes.height
  const reds = blues + colourWidth * colourHeight
  const [acrossShift, downShift] = [planes.chroma === 3 ? 0 : 1, planes.chroma === 1 ? 1 : 0]
  const { brightness, redFromRed, greenFromRed, greenFromBlue, blueFromBlue, black } = factors(matrix, full)
  const depthShift = planes.depth - 8
  const width = Math.min(planes.width, onto.width - x)
  const height = Math.min(planes.height, onto.height - y)
  for (let row = 0; row < height; row++) {
    let out = ((y + row) * onto.width + x) * 3
    const line = row * planes.width
    const colourLine = (row >> downShift) * colourWidth
    for (let column = 0; column < width; column++, out += 3) {
      const bright = ((samples[line + column]! >> depthShift) - black) * brightness
      let red = 0
      let blue = 0
      if (planes.chroma !== 0) {
        const at = colourLine + (column >> acrossShift)
        blue = (samples[blues + at]! >> depthShift) - 128
        red = (samples[reds + at]! >> depthShift) - 128
      }
      onto.data[out] = byte(bright + redFromRed * red)
      onto.data[out + 1] = byte(bright - greenFromBlue * blue - greenFromRed * red)
      onto.data[out + 2] = byte(bright + blueFromBlue * blue)
    }
  }
}

/** Draws planes of green, blue and red. */
function drawPrimaries(
  planes: Planes,
  { onto, x, y, full }: { onto: Canvas; x: number; y: number; full: boolean },
): void {
  const samples = samplesOf(planes)
  const { brightness, black } = factors(BT_601, full)
  const shift = planes.depth - 8
  const plane = planes.width * planes.height
  const width = Math.min(planes.width, onto.width - x)
  const height = Math.min(planes.height, onto.height - y)
  for (let row = 0; row < height; row++) {
    let out = ((y + row) * onto.width + x) * 3
    const line = row * planes.width
    for (let column = 0; column < width; column++) {
      for (const from of [2 * plane, 0, plane])
        onto.data[out++] = byte(((samples[from + line + column]! >> shift) - black) * brightness)
    }
  }
}

/** Draws the opacity of a picture, which is its brightness, as one byte per pixel. */
export function drawBrightness(
  planes: Planes,
  { onto, x, y, full }: { onto: Canvas; x: number; y: number; full: boolean },
): void {
  const samples = samplesOf(planes)
  const { brightness, black } = factors(BT_601, full)
  const shift = planes.depth - 8
  const width = Math.min(planes.width, onto.width - x)
  const height = Math.min(planes.height, onto.height - y)
  for (let row = 0; row < height; row++) {
    const out = (y + row) * onto.width + x
    for (let column = 0; column < width; column++)
      onto.data[out + column] = byte(((samples[row * planes.width + column]! >> shift) - black) * brightness)
  }
}

function samplesOf({ data, depth }: Planes): Uint8Array | Uint16Array {
  return depth > 8 ? new Uint16Array(data.buffer, data.byteOffset, data.length >> 1) : data
}

function factors(matrix: number, full: boolean) {
  const [red, blue] = weights[matrix] ?? weights[BT_601]!
  const green = 1 - red - blue
  const stretch = full ? 1 : 255 / 224
  return {
    black: full ? 0 : 16,
    brightness: full ? 1 : 255 / 219,
    redFromRed: 2 * (1 - red) * stretch,
    greenFromRed: ((2 * (1 - red) * red) / green) * stretch,
    greenFromBlue: ((2 * (1 - blue) * blue) / green) * stretch,
    blueFromBlue: 2 * (1 - blue) * stretch,
  }
}

function byte(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : (value + 0.5) | 0
}
