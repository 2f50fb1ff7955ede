/** How the colours of a layer are mixed with those below it. */
export type Blend =
  | 'normal'
  | 'multiply'
  | 'screen'
  | 'overlay'
  | 'difference'
  | 'add'
  | 'subtract'
  | 'darken'
  | 'lighten'

/** Pixels with red, green, blue and opacity, eight bits each. */
export interface Layer {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
  /** The position of its upper left corner on the canvas. */
  readonly x: number
  readonly y: number
  /** 0 to 1. */
  readonly opacity: number
  readonly blend: Blend
}

/** Draws a layer over the picture on a canvas of the same form (W3C Compositing and Blending, 5 and 10). */
export function drawLayer(
  canvas: { readonly data: Uint8Array; readonly width: number; readonly height: number },
  { blend, data, height, opacity, width, x: left, y: top }: Layer,
): void {
  const mix = mixes[blend]
  const [from, to] = [Math.max(0, -left), Math.min(width, canvas.width - left)]
  for (let row = Math.max(0, -top); row < Math.min(height, canvas.height - top); row++) {
    let at = (row * width + from) * 4
    let out = ((row + top) * canvas.width + left + from) * 4
    for (let column = from; column < to; column++, at += 4, out += 4) {
      const above = (data[at + 3]! * opacity) / 255
      if (above === 0) continue
      const below = canvas.data[out + 3]! / 255
      const all = above + below * (1 - above)
      for (let i = 0; i < 3; i++) {
        const [over, under] = [data[at + i]!, canvas.data[out + i]!]
        const mixed = mix ? (1 - below) * over + below * mix(under, over) : over
        canvas.data[out + i] = Math.round((above * mixed + below * (1 - above) * under) / all)
      }
      canvas.data[out + 3] = Math.round(all * 255)
    }
  }
}

/** The functions that mix two colour values; null if only the colour of the layer counts. */
const mixes: Readonly<Record<Blend, ((under: number, top: number) => number) | null>> = {
  normal: null,
  multiply: (under, top) => (under * top) / 255,
  screen: (under, top) => under + top - (under * top) / 255,
  overlay: (under, top) => (under < 128 ? (2 * under * top) / 255 : 255 - (2 * (255 - under) * (255 - top)) / 255),
  difference: (under, top) => Math.abs(under - top),
  add: (under, top) => Math.min(255, under + top),
  subtract: (under, top) => Math.max(0, under - top),
  darken: Math.min,
  lighten: Math.max,
}
