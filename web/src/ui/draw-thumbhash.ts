/** Pixels of the longer side: it is a blur, and many are drawn while somebody scrolls. */
const SIDE = 16
/** Waves of one direction, at the most. */
const MAX_WAVES = 7

export interface DrawnHash {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8ClampedArray
}

/** A part of a channel: how strong, and how often it goes up and down. */
interface Wave {
  readonly strength: number
  readonly x: number
  readonly y: number
}

/**
 * Draws a thumbhash (https://evanw.github.io/thumbhash/). Its own library draws four times as many pixels, and each with
 * cosines of its own, in ten times the time.
 */
export function drawThumbhash(hash: Uint8Array): DrawnHash {
  const byte = (i: number) => hash[i] ?? 0
  const header = byte(0) | (byte(1) << 8) | (byte(2) << 16)
  const more = byte(3) | (byte(4) << 8)
  const hasAlpha = header >> 23 !== 0
  const isLandscape = more >> 15 !== 0
  const long = hasAlpha ? 5 : 7
  const [nx, ny] = isLandscape ? [long, more & 7] : [more & 7, long]
  const ratio = Math.max(1, nx) / Math.max(1, ny)
  const width = Math.max(1, Math.round(ratio > 1 ? SIDE : SIDE * ratio))
  const height = Math.max(1, Math.round(ratio > 1 ? SIDE / ratio : SIDE))

  let at = hasAlpha ? 12 : 10
  const nibble = () => (byte(at >> 1) >> ((at++ & 1) * 4)) & 15
  const channel = (base: number, columns: number, rows: number, scale: number) =>
    drawChannel(base, readWaves(nibble, columns, rows, scale), width, height)
  // More saturated, for what quantization took.
  const light = channel((header & 63) / 63, Math.max(3, nx), Math.max(3, ny), ((header >> 18) & 31) / 31)
  const yellow = channel(((header >> 6) & 63) / 31.5 - 1, 3, 3, (((more >> 3) & 63) / 63) * 1.25)
  const red = channel(((header >> 12) & 63) / 31.5 - 1, 3, 3, (((more >> 9) & 63) / 63) * 1.25)
  const alpha = hasAlpha ? channel((byte(5) & 15) / 15, 5, 5, (byte(5) >> 4) / 15) : null

  const rgba = new Uint8ClampedArray(width * height * 4)
  for (let i = 0; i < width * height; i++) {
    const b = light[i]! - (2 / 3) * yellow[i]!
    const r = (3 * light[i]! - b + red[i]!) / 2
    rgba.set([255 * r, 255 * (r - red[i]!), 255 * b, alpha ? 255 * alpha[i]! : 255], i * 4)
  }
  return { width, height, rgba }
}

function readWaves(nibble: () => number, columns: number, rows: number, scale: number): Wave[] {
  const waves: Wave[] = []
  for (let y = 0; y < rows; y++)
    for (let x = y > 0 ? 0 : 1; x * rows < columns * (rows - y); x++)
      waves.push({ strength: (nibble() / 7.5 - 1) * scale * 2, x, y })
  return waves
}

function drawChannel(base: number, waves: readonly Wave[], width: number, height: number): Float64Array {
  const drawn = new Float64Array(width * height).fill(base)
  const [across, down] = [cosines(width), cosines(height)]
  for (const { strength, x, y } of waves) {
    for (let row = 0, i = 0; row < height; row++) {
      const factor = strength * down[y * height + row]!
      for (let column = 0; column < width; column++, i++) drawn[i]! += factor * across[x * width + column]!
    }
  }
  return drawn
}

/** By how many pixels they are for. */
const known = new Map<number, Float64Array>()

/** What each wave is at each pixel. */
function cosines(pixels: number): Float64Array {
  let table = known.get(pixels)
  if (!table) {
    table = Float64Array.from({ length: MAX_WAVES * pixels }, (_, i) =>
      Math.cos((Math.PI / pixels) * ((i % pixels) + 0.5) * Math.floor(i / pixels)),
    )
    known.set(pixels, table)
  }
  return table
}
