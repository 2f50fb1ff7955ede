/** The format of a small copy of a film. */
export interface Profile {
  /** Limit on the shorter side, in pixels. Smaller films are not enlarged. */
  readonly lines: number
  /** Limit on frames per second; null for none. */
  readonly rate: number | null
  /** The quality for x264; lower is better. */
  readonly crf: number
  /** Seconds between key frames, which limit how precisely players can seek. */
  readonly keySeconds: number
  /** Bits per second of sound. */
  readonly soundBits: number
  /** Bits per pixel for an encoder without a quality setting: about the result of `crf` for a lively film. */
  readonly bitsPerPixel: number
}

export const profiles = {
  scrub: { lines: 180, rate: 15, crf: 33, keySeconds: 1, soundBits: 64_000, bitsPerPixel: 0.1 },
  ultra: { lines: 240, rate: null, crf: 30, keySeconds: 2, soundBits: 64_000, bitsPerPixel: 0.1 },
  quick: { lines: 480, rate: null, crf: 26, keySeconds: 2, soundBits: 96_000, bitsPerPixel: 0.1 },
  edit: { lines: 720, rate: null, crf: 23, keySeconds: 2, soundBits: 160_000, bitsPerPixel: 0.12 },
} as const satisfies Record<string, Profile>

/** The longer side is at most this many times `lines`, so that panoramas are not too wide for decoders. */
export const LONGEST = 4

export function isProfile(name: string): name is keyof typeof profiles {
  return Object.hasOwn(profiles, name)
}
