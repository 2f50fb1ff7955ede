/** Numbers of colour primaries and transfer functions in ITU-T H.273. */
export const BT_2020 = 9
const DISPLAY_P3 = 12
export const PQ = 16
export const HLG = 18

type Matrix = readonly [number, number, number, number, number, number, number, number, number]

/** Converts light from these primaries to those of sRGB (BT.709); both have the white point D65. */
const toSrgb: Readonly<Record<number, Matrix>> = {
  [BT_2020]: [1.6605, -0.5876, -0.0728, -0.1246, 1.1329, -0.0083, -0.0182, -0.1006, 1.1187],
  [DISPLAY_P3]: [1.2249, -0.2247, 0, -0.042, 1.0419, 0, -0.0197, -0.0786, 1.0979],
}
const SAME: Matrix = [1, 0, 0, 0, 1, 0, 0, 0, 1]

/** Brightness of white paper in a picture of high dynamic range, in cd/m² (ITU-R BT.2408). */
const WHITE = 203
const HLG_PEAK = 1_000
const PQ_PEAK = 10_000
/** Light above this fraction of white is compressed, so that areas brighter than white keep their detail. */
const KNEE = 0.5
const STEPS = 4_096

/**
 * Converts colours of other primaries, and of high dynamic range, to sRGB, in place: three bytes per pixel, or four
 * with the opacity last. sRGB colours stay unchanged.
 */
export function colourToSrgb(
  data: Uint8Array,
  { primaries, transfer }: { readonly primaries: number; readonly transfer: number },
  channels: 3 | 4 = 3,
): void {
  const bright = transfer === PQ || transfer === HLG
  if (!bright && !(primaries in toSrgb)) return
  const m = toSrgb[primaries] ?? SAME
  const light = Float32Array.from({ length: 256 }, (_, i) => lightOf(i / 255, transfer))
  const bytes = Uint8Array.from({ length: STEPS + 1 }, (_, i) => Math.round(255 * signalOf(i / STEPS)))
  const byteOf = (value: number): number => {
    const pressed = bright ? press(value) : value
    return bytes[pressed <= 0 ? 0 : pressed >= 1 ? STEPS : Math.round(pressed * STEPS)]!
  }
  for (let at = 0; at + 2 < data.length; at += channels) {
    const [r, g, b] = [light[data[at]!]!, light[data[at + 1]!]!, light[data[at + 2]!]!]
    data[at] = byteOf(m[0] * r + m[1] * g + m[2] * b)
    data[at + 1] = byteOf(m[3] * r + m[4] * g + m[5] * b)
    data[at + 2] = byteOf(m[6] * r + m[7] * g + m[8] * b)
  }
}

/** The linear light of a stored value, where white is 1. */
function lightOf(signal: number, transfer: number): number {
  if (transfer === PQ) {
    // SMPTE ST 2084.
    const root = signal ** (1 / 78.84375)
    return (Math.max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125) * (PQ_PEAK / WHITE)
  }
  if (transfer === HLG) {
    // ITU-R BT.2100, with the curve of a screen of 1,000 cd/m².
    const scene = signal <= 0.5 ? signal ** 2 / 3 : (Math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
    return scene ** 1.2 * (HLG_PEAK / WHITE)
  }
  return signal <= 0.04045 ? signal / 12.92 : ((signal + 0.055) / 1.055) ** 2.4
}

/** The stored sRGB value of linear light. */
function signalOf(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055
}

function press(light: number): number {
  if (light <= KNEE) return light
  const above = (light - KNEE) / (1 - KNEE)
  return KNEE + (1 - KNEE) * (above / (1 + above))
}
