import type { Profile } from './profiles.ts'

/** A copy of a film that is to be made. */
export interface FilmCopy {
  readonly profile: Profile
  /** Absolute path of the file that is written. */
  readonly into: string
}

export interface CopyRequest {
  /** Absolute path of the film. */
  readonly path: string
  /** Bytes of the film. */
  readonly size: number
  readonly copies: readonly FilmCopy[]
  readonly threads: number
}
