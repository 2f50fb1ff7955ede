import type { RawPixels } from '../../thumb/decoders/raw-pixels.ts'

/** Which of the colours of `makeFilm` is at a place given in parts of width and height. */
export function colourAt({ data, width, height, channels }: RawPixels, x: number, y: number): string {
  const at = (Math.floor(y * height) * width + Math.floor(x * width)) * channels
  const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!]
  if (red > 180 && green < 80 && blue < 80) return 'red'
  if (green > 150 && red < 80 && blue < 80) return 'green'
  if (blue > 180 && green < 80 && red < 80) return 'blue'
  return Math.max(red, green, blue) < 40 ? 'black' : `${red},${green},${blue}`
}
