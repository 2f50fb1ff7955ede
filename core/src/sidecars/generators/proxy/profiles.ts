/** A form of a film that is small enough to be worked with. */
export interface Profile {
  /** The shorter side at most, in pixels. Smaller films are not enlarged. */
  readonly lines: number
  /** Pictures a second at most; null for as many as there are. */
  readonly rate: number | null
  /** Quality of x264, lower is better. */
  readonly crf: number
  /** Seconds from one picture that stands for itself to the next: how finely it is sought in. */
  readonly keySeconds: number
  /** Bits a second of its sound. */
  readonly soundBits: number
  /** Bits a pixel of a picture has where quality cannot be asked for: about what `crf` gives of a lively film. */
  readonly bitsPerPixel: number
}

export const profiles = {
  scrub: { lines: 180, rate: 15, crf: 33, keySeconds: 1, soundBits: 64_000, bitsPerPixel: 0.1 },
  ultra: { lines: 240, rate: null, crf: 30, keySeconds: 2, soundBits: 64_000, bitsPerPixel: 0.1 },
  quick: { lines: 480, rate: null, crf: 26, keySeconds: 2, soundBits: 96_000, bitsPerPixel: 0.1 },
  edit: { lines: 720, rate: null, crf: 23, keySeconds: 2, soundBits: 160_000, bitsPerPixel: 0.12 },
} as const satisfies Record<string, Profile>

/** A long side is at most so many times the profile's lines: panoramas are as wide as a decoder can do with. */
export const LONGEST = 4

export function isProfile(name: string): name is keyof typeof profiles {
  return Object.hasOwn(profiles, name)
}
