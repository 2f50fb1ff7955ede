/** The number of frames across and down, and the longer side of each, in pixels. Smaller films are not enlarged. */
export const strips = {
  preview: { across: 3, side: 160 },
  default: { across: 5, side: 320 },
  detailed: { across: 10, side: 240 },
} as const

export type Strip = (typeof strips)[keyof typeof strips]

export function isStrip(name: string): name is keyof typeof strips {
  return Object.hasOwn(strips, name)
}
