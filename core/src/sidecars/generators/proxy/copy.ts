import type { Profile } from './profiles.ts'

/** A copy to make of a film. */
export interface FilmCopy {
  readonly profile: Profile
  /** The absolute path of the file to write. */
  readonly into: string
}

export interface CopyRequest {
  /** The absolute path of the film. */
  readonly path: string
  /** Bytes of the film. */
  readonly size: number
  readonly copies: readonly FilmCopy[]
  readonly threads: number
}
