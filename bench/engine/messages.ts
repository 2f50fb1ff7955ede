/** The word that keeps the engine from deriving anything from files. */
export const NO_SIDECARS = 'no-sidecars'

/** What the process with the engine says first. */
export interface Ready {
  readonly openMs: number
}

export interface Question {
  readonly id: number
  readonly task: string
  readonly input: unknown
}

export type Answer = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string })
