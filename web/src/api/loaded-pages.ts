import type { UseQueryResult } from '@tanstack/react-query'

/**
 * What `useQueries` makes of the pages of a list. A class: of plain objects TanStack Query looks for what is still the
 * same, place by place, and when another page comes first it makes copies of all that is in it.
 */
export class LoadedPages<A> {
  /** Undefined where it is waited for. */
  readonly answers: readonly (A | undefined)[]
  readonly error: Error | null

  constructor(results: readonly UseQueryResult<A>[]) {
    this.answers = results.map(({ data }) => data)
    this.error = results.find((result) => result.error)?.error ?? null
  }
}
